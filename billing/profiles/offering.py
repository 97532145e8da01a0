"""What a new customer may choose: billing types, contracts, currencies, as the provider says.

Existing customers keep what they have.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from accounts.companies.models import Company
from billing.currencies.queries import check_offered
from billing.profiles.exceptions import BillingTypeNotOffered, ContractTypeOff
from billing.profiles.models import BillingProfile, BillingType, ContractType
from features.queries import value

CHOSEN_CURRENCIES = ("display_currency", "payment_currency")
INHERIT, ALL_THREE = "inherit", BillingType.FLEXIBLE

_PlanKey = Literal["individual_billing_plan", "organization_billing_plan"]
_OF_CATEGORY: dict[str, _PlanKey] = {
    Company.Category.INDIVIDUAL: "individual_billing_plan",
    Company.Category.ORGANIZATION: "organization_billing_plan",
}


def billing_types_on_offer(category: str, *, at: datetime) -> tuple[BillingType, ...]:
    """Those that a new customer of the category chooses from; one alone leaves no choice."""
    plan = value(_OF_CATEGORY[category], at=at)
    if plan == INHERIT:
        plan = value("billing_plan", at=at)
    return tuple(BillingType) if plan == ALL_THREE else (BillingType(plan),)


def contract_types_on_offer(*, at: datetime) -> tuple[ContractType, ...]:
    """Pay as you go, and Fixed payment while the provider offers it."""
    offers_fixed = value("billing_contract_type", at=at)
    return tuple(ContractType) if offers_fixed else (ContractType.PAYG,)


def check_offer(
    *,
    category: str,
    billing_type: str,
    contract_type: str,
    at: datetime,
    currencies: Mapping[str, str] | None = None,
) -> None:
    """Raises BillingTypeNotOffered, ContractTypeOff, OnlyDefaultCurrency, CurrencyNotOffered."""
    for name, code in (currencies or {}).items():
        if code:
            check_offered(code, at=at, attr=name)
    offered = billing_types_on_offer(category, at=at)
    if billing_type not in offered:
        raise BillingTypeNotOffered(category, [str(kind.label) for kind in offered])
    check_contract_type(contract_type, at=at)


def check_currencies(profile: BillingProfile, asked: Mapping[str, object], *, at: datetime) -> None:
    """New choices of a currency; what the company has, and none of its own, may be said again.

    Raises OnlyDefaultCurrency, CurrencyNotOffered.
    """
    for name in ("currency", *CHOSEN_CURRENCIES):
        code = asked.get(name)
        if code and code not in (getattr(profile, name), profile.currency):
            check_offered(str(code), at=at, attr=name)


def check_contract_type(contract_type: str, *, at: datetime) -> None:
    """Raises ContractTypeOff."""
    if contract_type not in contract_types_on_offer(at=at):
        raise ContractTypeOff
