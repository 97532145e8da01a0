"""What companies refuse."""

from __future__ import annotations

from accounts.access.exceptions import Refused


class NoSuchTransition(Refused):
    """The company's status does not lead there."""

    def __init__(self, *, status: str, to: str) -> None:
        detail = f"A company that is {status} cannot become {to}."
        super().__init__("invalid_status", detail, status=409)


class ReasonMissing(Refused):
    """Somebody stops a customer without saying why."""

    def __init__(self) -> None:
        super().__init__("required", "Say why: the customer will read it.", attr="reason")


class TaxNumberInvalid(Refused):
    """The tax number is none of the company's country."""

    def __init__(self, country: str, number: str, cause: str) -> None:
        detail = f"{number} is not a VAT number of {country}: {cause}."
        super().__init__("invalid_tax_number", detail, attr="tax_id")
