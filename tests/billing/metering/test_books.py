"""After everything that metering can do, the books prove themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from djmoney.money import Money

from billing.catalog.calc import MB
from billing.catalog.models import PlanKind
from billing.catalog.terms import PlanTerms, PriceTerms, TierTerms
from billing.insight.audit import ledger, metering
from billing.insight.books import prove
from billing.metering.fees import charge_due_fees
from billing.metering.inbox import rate_waiting, receive
from billing.metering.rerating import Selection, rerate
from billing.metering.reservations import Session, commit_quantity, reserve_quantity
from billing.subscriptions.actions import change_plan
from tests.billing.metering.usage import record, send
from tests.factories import BY, NOW, make_company, make_plan, make_subscription, new_key, pay_in

pytestmark = pytest.mark.django_db


def test_the_books_balance_after_usage_fees_reservations_and_rerating() -> None:
    company = make_company(tax_percent=Decimal("7.7"))
    pay_in(company, Money(100, "USD"), at=datetime(2025, 12, 1, tzinfo=UTC))
    tiers = (TierTerms(Decimal(0), Decimal("0.13")), TierTerms(Decimal(250), Decimal("0.07")))
    bundle = make_plan(
        kind=PlanKind.PAY_PER_MB,
        terms=PlanTerms(included=100, overage_price=Decimal(3), fee=Decimal(5), is_prorated=True),
    )
    tokens = make_plan(
        PriceTerms(unit="token", tiers=tiers, tier_mode="volume"),
        kind=PlanKind.METERED,
        meter="tokens",
    )
    sim = make_subscription(company, subject="sim")
    make_subscription(company, bundle, subject="bundle")
    make_subscription(company, tokens, subject="llm")
    charge_due_fees(at=NOW)
    one = record("sim", 3 * MB, name="1")
    send(one, one, {**one, "quantity": 1}, record("bundle", 170), record("llm", 300), "nonsense")
    receive([record("llm", 7), record("bundle", 1)], source="op", at=NOW)
    rate_waiting(at=NOW)
    hold = reserve_quantity(
        sim,
        5 * MB,
        session=Session("r", timedelta(hours=1), session="s"),
        key=new_key(),
        at=NOW,
    )
    commit_quantity(hold.pk, 2 * MB, at=NOW)
    send(record("sim", 3 * MB, session="s"))
    change_plan(
        sim, make_plan(PriceTerms(Decimal("0.5"))), at=NOW - timedelta(days=1), by=BY, now=NOW
    )
    rerate(Selection(NOW - timedelta(days=2), NOW + timedelta(days=1), company), by=BY, at=NOW)

    proofs = [prove(check) for check in (*ledger.CHECKS, *metering.CHECKS)]
    assert [(proof.check.name, proof.findings) for proof in proofs if not proof.holds] == []
