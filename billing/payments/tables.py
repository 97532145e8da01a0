"""The payments list as a table."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.pages.columns import CellColumn
from billing.payments.models import Payment


def payment_address(payment: Payment) -> str:
    return reverse("portal:payment", args=[payment.pk])


class PaymentTable(tables.Table):  # type: ignore[misc]
    """Payments with their receipts."""

    created_at = CellColumn("when", place="key", page="portal:payment", verbose_name=_("Date"))
    purpose = CellColumn(verbose_name=_("For"))
    method = CellColumn("payment_method", verbose_name=_("Method"))
    status = CellColumn("payment_status", verbose_name=_("Status"))
    receipt = CellColumn("receipt", accessor="receipt.number", verbose_name=_("Receipt"))
    amount = CellColumn(
        "money",
        accessor="amount.amount",
        currency="amount_currency",
        place="figure",
        verbose_name=_("Amount"),
    )
    currency = CellColumn(
        accessor="amount.currency.code", visible=False, verbose_name=_("Currency")
    )

    class Meta:
        fields = ()
