"""What top-up invoices refuse."""

from __future__ import annotations

from django.utils.translation import gettext as _t

from accounts.access.exceptions import Refused
from billing.topups.models import TopUpInvoice


class TopUpRefused(Refused):
    """A rule of top-up invoices says no."""


class UnknownTopUpInvoice(TopUpRefused):
    """None of this company has that id."""

    def __init__(self) -> None:
        detail = _t("The company has no such top-up invoice.")
        super().__init__("unknown_top_up_invoice", detail, "top_up_invoice")


class TopUpInvoiceNotOpen(TopUpRefused):
    """Paid or void: nothing is asked for any more."""

    def __init__(self, invoice: TopUpInvoice) -> None:
        detail = _t("%(invoice)s is %(status)s: there is nothing to pay.") % {
            "invoice": invoice,
            "status": invoice.get_status_display().lower(),
        }
        super().__init__("top_up_invoice_not_open", detail, "top_up_invoice", status=409)


class TopUpPaymentRunning(TopUpRefused):
    """One open card payment for each."""

    def __init__(self, invoice: TopUpInvoice) -> None:
        detail = _t("A payment of %(invoice)s is being made already.") % {"invoice": invoice}
        super().__init__("payment_in_progress", detail, status=409)


class TopUpInvoiceHasMoney(TopUpRefused):
    """What is paid in part is not voided."""

    def __init__(self, invoice: TopUpInvoice) -> None:
        detail = _t("Part of %(invoice)s is paid, so it stays as it is.") % {"invoice": invoice}
        super().__init__("top_up_invoice_partly_paid", detail, status=409)
