"""What invoicing refuses."""

from __future__ import annotations

from django.utils.translation import gettext as _t

from accounts.access.exceptions import Refused
from billing.invoicing.models import Invoice


class NothingToPay(Refused):
    """The invoice is paid, void or a credit note."""

    def __init__(self, invoice: Invoice) -> None:
        super().__init__(
            "nothing_to_pay",
            _t("%(invoice)s has nothing to pay: it is %(status)s.")
            % {"invoice": invoice, "status": invoice.status},
            status=409,
        )


class PaymentRunning(Refused):
    """One open payment per invoice."""

    def __init__(self, invoice: Invoice) -> None:
        super().__init__(
            "payment_in_progress",
            _t("A payment of %(invoice)s is being made already.") % {"invoice": invoice},
            status=409,
        )


class CannotCorrect(Refused):
    """Only an issued invoice that is not void can be corrected, and not beyond its total."""


class LineAmountInvalid(Refused):
    """A credited line is unknown, not positive, or more than is left of it."""

    def __init__(self, detail: str, *, attr: str) -> None:
        super().__init__("invalid_line", detail, attr=attr)
