"""What is refused about instances and addresses."""

from __future__ import annotations

from accounts.access.exceptions import Refused
from accounts.companies.models import Company
from telecom.network.models import Instance, Offering


class CompanyNotActive(Refused):
    """Who is suspended or closed acquires nothing new."""

    def __init__(self, company: Company) -> None:
        status = Company.Status(company.status).label.lower()
        super().__init__(
            "company_not_active",
            f"The account is {status}: nothing new can be acquired.",
            attr="company",
            status=409,
        )


class OfferingWithdrawn(Refused):
    def __init__(self, offering: Offering) -> None:
        super().__init__(
            "offering_withdrawn", f"{offering.name} is not on offer any more.", attr="offering"
        )


class OfferingCurrency(Refused):
    """The offering is priced in another currency than the company's account."""

    def __init__(self, offering: Offering, currency: str) -> None:
        super().__init__(
            "currency_mismatch",
            f"{offering.name} is priced in {offering.currency}, the account is in {currency}.",
            attr="offering",
        )


class NoAddressPrice(Refused):
    def __init__(self, currency: str) -> None:
        super().__init__(
            "no_address_price",
            f"Addresses have no price in {currency} yet. Ask the provider.",
            attr="kind",
        )


class InstanceRequired(Refused):
    def __init__(self, kind: str) -> None:
        super().__init__(
            "instance_required", f"A {kind} address belongs to an instance.", attr="instance"
        )


class UnknownInstance(Refused):
    """Not the company's, or released."""

    def __init__(self) -> None:
        super().__init__("unknown_instance", "There is no such instance.", attr="instance")


class DefaultAddressTaken(Refused):
    def __init__(self, instance: Instance) -> None:
        super().__init__(
            "default_address_exists",
            f"{instance.name} has its default address already.",
            attr="kind",
            status=409,
        )
