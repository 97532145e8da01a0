"""The list of top-up invoices as a table."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from accounts.pages.columns import CellColumn


class TopUpTable(tables.Table):  # type: ignore[misc]
    """What was asked for, and what of it is left to pay."""

    number = CellColumn(place="key", page="portal:top-up", verbose_name=_("Number"))
    status = CellColumn("invoice_status", verbose_name=_("Status"))
    issued_at = CellColumn("day", verbose_name=_("Issued"))
    due_at = CellColumn("day", place="minor", verbose_name=_("Pay by"))
    amount = CellColumn(
        "money",
        accessor="amount.amount",
        currency="amount_currency",
        place="figure",
        verbose_name=_("Amount"),
    )
    amount_due = CellColumn(
        "money", currency="amount_currency", place="number", verbose_name=_("Amount due")
    )
    currency = CellColumn(
        accessor="amount.currency.code", visible=False, verbose_name=_("Currency")
    )

    class Meta:
        fields = ()
