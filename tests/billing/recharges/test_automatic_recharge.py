"""Automatic recharge against the sandbox gateway, from threshold to receipt."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.companies.models import Company
from accounts.events.models import Event
from billing.ledger.queries import balance
from billing.payments.models import Payment
from billing.recharges.actions.openings import open_due_for
from billing.recharges.actions.rules import set_rule
from billing.recharges.models import Recharge, RechargeRule
from billing.recharges.tasks import attempt_recharges, open_due_recharges
from config.sandbox.testing import Stack
from tests.billing.payments.cards import DECLINES, WORKS, save_card, usd
from tests.factories import BY, NOW, make_company, pay_in, use

pytestmark = pytest.mark.django_db


def company_with_rule(
    *,
    balance: str = "100",
    threshold: str = "25",
    recharge_to: str = "500",
    token: str = WORKS,
    monthly_cap: str | None = None,
    max_per_day: int | None = None,
) -> Company:
    company = make_company()
    pay_in(company, usd(balance))
    save_card(company, token)
    set_rule(
        company,
        enabled=True,
        threshold=Decimal(threshold),
        recharge_to=Decimal(recharge_to),
        payment_method=None,
        fallback_methods=[],
        monthly_cap=Decimal(monthly_cap) if monthly_cap else None,
        max_per_day=max_per_day,
        by=BY,
        at=NOW,
    )
    return company


def events(company: Company) -> list[str]:
    return list(Event.objects.filter(company=company).order_by("id").values_list("type", flat=True))


def test_balance_exactly_at_threshold_is_recharged_to_the_target(stripe_sandbox: Stack) -> None:
    """Threshold 25, recharge to 500, balance exactly 25.00 → one payment of 475.00, 500.00."""
    company = company_with_rule(balance="100")
    use(company, net="75.00")

    assert open_due_for([company.pk], at=NOW) == 1
    assert attempt_recharges(at=NOW) == 1

    [payment] = Payment.objects.filter(company=company)
    assert payment.amount == usd("475.00")
    assert payment.status == Payment.Status.COMPLETED
    assert balance(company).balance == Decimal("500.00")
    recharge = Recharge.objects.get(company=company)
    assert recharge.status == Recharge.Status.SUCCEEDED
    assert recharge.balance_after == Decimal("500.00")
    assert payment.receipt is not None
    assert payment.receipt.number == "RV-000001"
    assert payment.receipt.content["amount"] == "475.00"
    assert "account.threshold_reached" in events(company)
    assert events(company)[-2:] == ["payment.completed", "recharge.succeeded"]
    assert open_due_recharges(at=NOW) == 0


def test_card_that_declines_is_tried_three_times_a_day_apart(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100", token=DECLINES)
    use(company, net="80")
    open_due_recharges(at=NOW)
    recharge = Recharge.objects.get(company=company)

    attempt_recharges(at=NOW)
    recharge.refresh_from_db()
    assert recharge.status == Recharge.Status.RETRY_SCHEDULED
    assert recharge.failure_code == "generic_decline"
    assert recharge.next_attempt_at == NOW + timedelta(hours=24)
    assert attempt_recharges(at=NOW + timedelta(hours=23)) == 0
    assert open_due_recharges(at=NOW + timedelta(hours=23)) == 0

    attempt_recharges(at=NOW + timedelta(hours=24))
    attempt_recharges(at=NOW + timedelta(hours=48))
    recharge.refresh_from_db()
    assert (recharge.status, recharge.attempt) == (Recharge.Status.EXHAUSTED, 3)
    assert RechargeRule.objects.get(company=company).paused_at == NOW + timedelta(hours=48)
    assert open_due_recharges(at=NOW + timedelta(hours=96)) == 0
    assert Payment.objects.filter(company=company, status="failed").count() == 3
    assert events(company).count("recharge.failed") == 2
    assert events(company).count("recharge.exhausted") == 1
    assert balance(company).balance == Decimal(20)
