"""Companies with a rule for automatic recharge, at a balance."""

from __future__ import annotations

from decimal import Decimal

from accounts.companies.models import Company
from billing.payments.models import PaymentMethod
from billing.recharges.actions.rules import set_rule
from tests.billing.payments.cards import WORKS, save_card, usd
from tests.factories import BY, NOW, make_company, pay_in


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
    pay_in(company, usd(balance))
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
