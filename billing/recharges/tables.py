"""The recharge history as a table."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from accounts.pages.columns import CellColumn


class RechargeTable(tables.Table):  # type: ignore[misc]
    """What was tried, what came of it, and what happens next."""

    created_at = CellColumn("recharge", place="key", verbose_name=_("Started"))
    trigger = CellColumn(verbose_name=_("Trigger"))
    status = CellColumn("recharge_status", verbose_name=_("Status"))
    attempt = CellColumn(place="minor number", verbose_name=_("Attempts"))
    threshold = CellColumn(
        "money", currency="amount_currency", place="minor number", verbose_name=_("Threshold")
    )
    recharge_to = CellColumn(
        "money", currency="amount_currency", place="minor number", verbose_name=_("Recharge to")
    )
    amount = CellColumn(
        "money",
        accessor="amount.amount",
        currency="amount_currency",
        place="figure",
        verbose_name=_("Amount"),
    )
    balance_after = CellColumn(
        "money", currency="amount_currency", place="number", verbose_name=_("Balance after")
    )
    currency = CellColumn(
        accessor="amount.currency.code", visible=False, verbose_name=_("Currency")
    )

    class Meta:
        fields = ()
