"""Companies with a rule for automatic recharge, at a balance."""

from __future__ import annotations

from decimal import Decimal

from accounts.companies.models import Company
from billing.insight.audit import ledger, payments
from billing.insight.books import prove
from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.models import AccountKind, EntryKind
from billing.payments.models import PaymentMethod
from billing.recharges.actions.rules import set_rule
from tests.billing.payments.cards import WORKS, save_card
from tests.factories import BY, NOW, make_company, new_key


def company_with_rule(
    *,
    balance: str = "100",
    threshold: str = "25",
    recharge_to: str = "500",
    token: str = WORKS,
    monthly_cap: str | None = None,
    max_per_day: int | None = None,
) -> Company:
    """Above its threshold, with one saved card."""
    company = make_company()
    credit(company, balance)
    save_card(company, token)
    rule(
        company,
        threshold=threshold,
        recharge_to=recharge_to,
        monthly_cap=monthly_cap,
        max_per_day=max_per_day,
    )
    return company


def rule(
    company: Company,
    *,
    enabled: bool = True,
    threshold: str = "25",
    recharge_to: str = "500",
    card: PaymentMethod | None = None,
    fallbacks: tuple[PaymentMethod, ...] = (),
    monthly_cap: str | None = None,
    max_per_day: int | None = None,
) -> None:
    set_rule(
        company,
        enabled=enabled,
        threshold=Decimal(threshold),
        recharge_to=Decimal(recharge_to),
        payment_method=card.pk if card else None,
        fallback_methods=[card.pk for card in fallbacks],
        monthly_cap=Decimal(monthly_cap) if monthly_cap else None,
        max_per_day=max_per_day,
        by=BY,
        at=NOW,
    )


def credit(company: Company, amount: str) -> None:
    """Funds that are no payment, so that the books have payments of the test alone."""
    make_entry(
        EntryKind.PROMOTION,
        company=company,
        legs=[
            LegSpec(AccountKind.PROMOTIONS, -Decimal(amount), "USD"),
            LegSpec(AccountKind.CUSTOMER, Decimal(amount), "USD", company),
        ],
        key=new_key("credit"),
        at=NOW,
        by=BY,
    )


def books_agree() -> bool:
    """Whether ledger and payments prove each other; what is wrong is in the failure's message."""
    wrong = [proof for proof in map(prove, (*ledger.CHECKS, *payments.CHECKS)) if not proof.holds]
    assert not wrong, [(proof.check.name, proof.findings) for proof in wrong]
    return True
