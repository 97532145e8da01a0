"""What is refused about instances and addresses."""

from __future__ import annotations

from django.utils.translation import gettext as _t

from accounts.access.exceptions import Refused
from accounts.companies.models import Company
from telecom.network.models import Instance, Offering


class CompanyNotActive(Refused):
    """Who is suspended or closed acquires nothing new."""

    def __init__(self, company: Company) -> None:
        status = Company.Status(company.status).label.lower()
        super().__init__(
            "company_not_active",
            _t("The account is %(status)s: nothing new can be acquired.") % {"status": status},
            attr="company",
            status=409,
        )


class OfferingWithdrawn(Refused):
    def __init__(self, offering: Offering) -> None:
        super().__init__(
            "offering_withdrawn",
            _t("%(name)s is not on offer any more.") % {"name": offering.name},
            attr="offering",
        )


class OfferingCurrency(Refused):
    """The offering is priced in another currency than the company's account."""

    def __init__(self, offering: Offering, currency: str) -> None:
        super().__init__(
            "currency_mismatch",
            _t("%(name)s is priced in %(given)s, the account is in %(currency)s.")
            % {"name": offering.name, "given": offering.currency, "currency": currency},
            attr="offering",
        )


class NoAddressPrice(Refused):
    def __init__(self, currency: str) -> None:
        super().__init__(
            "no_address_price",
            _t("Addresses have no price in %(currency)s yet. Ask the provider.")
            % {"currency": currency},
            attr="kind",
        )


class InstanceRequired(Refused):
    def __init__(self, kind: str) -> None:
        super().__init__(
            "instance_required",
            _t("A %(kind)s address belongs to an instance.") % {"kind": kind},
            attr="instance",
        )


class UnknownInstance(Refused):
    """Not the company's, or released."""

    def __init__(self) -> None:
        super().__init__("unknown_instance", _t("There is no such instance."), attr="instance")


class DefaultAddressTaken(Refused):
    def __init__(self, instance: Instance) -> None:
        super().__init__(
            "default_address_exists",
            _t("%(name)s has its default address already.") % {"name": instance.name},
            attr="kind",
            status=409,
        )
