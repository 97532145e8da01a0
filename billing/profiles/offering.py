"""What a new customer may choose: billing types and contracts, as the provider's features say.

Existing customers keep what they have.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from accounts.companies.models import Company
from billing.profiles.exceptions import BillingTypeNotOffered, ContractTypeOff
from billing.profiles.models import BillingType, ContractType
from features.queries import value

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


def check_offer(*, category: str, billing_type: str, contract_type: str, at: datetime) -> None:
    """Raises BillingTypeNotOffered, ContractTypeOff."""
    offered = billing_types_on_offer(category, at=at)
    if billing_type not in offered:
        raise BillingTypeNotOffered(category, [str(kind.label) for kind in offered])
    check_contract_type(contract_type, at=at)


def check_contract_type(contract_type: str, *, at: datetime) -> None:
    """Raises ContractTypeOff."""
    if contract_type not in contract_types_on_offer(at=at):
        raise ContractTypeOff
