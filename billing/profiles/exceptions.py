"""What billing profiles refuse."""

from __future__ import annotations

from django.utils.translation import gettext as _t

from accounts.access.exceptions import Refused


class CurrencyFixed(Refused):
    """The company has had a transaction: its currency stays."""

    def __init__(self) -> None:
        super().__init__(
            "currency_fixed",
            _t("The currency is fixed once the company has had a transaction."),
            attr="currency",
        )


class FixedAmountMissing(Refused):
    """A fixed contract names the amount of each month."""

    def __init__(self) -> None:
        super().__init__(
            "required", _t("A fixed contract needs a fixed amount above zero."), attr="fixed_amount"
        )


class InvalidTerms(Refused):
    """A value that no company can be billed by."""

    def __init__(self, attr: str, detail: str) -> None:
        super().__init__("invalid", detail, attr=attr)


class BillingTypeNotOffered(Refused):
    """The provider does not offer this billing type to new customers of the category."""

    def __init__(self, category: str, offered: list[str]) -> None:
        detail = _t("New customers of category %(category)s are billed %(types)s.") % {
            "category": category,
            "types": " or ".join(offered).lower(),
        }
        super().__init__("billing_type_not_offered", detail, attr="billing_type")


class ContractTypeOff(Refused):
    """Fixed contracts are not on offer."""

    def __init__(self) -> None:
        detail = _t("Fixed payment is not on offer: contracts are pay as you go.")
        super().__init__("contract_type_off", detail, attr="contract_type")
