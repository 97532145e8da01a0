"""Columns of the portal's lists: how a cell looks, and what of it is exported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import django_tables2 as tables
from django.db.models import Model
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

Raw = str | int | bool | Decimal | date | datetime | UUID | None

CSS = {
    "": "",
    "key": "tg-col-key",
    "number": "tg-col-num",
    "figure": "tg-col-num tg-col-figure",
    "minor": "tg-col-minor",
    "minor number": "tg-col-num tg-col-minor",
}


class CellColumn(tables.Column):  # type: ignore[misc]
    """A cell drawn by `components/cells/<cell>.html` from `value`, `record`, `currency`, `url`.

    `place` says what the column is on a phone and how it is aligned: "key" (the row's name),
    "figure" (its amount), "number", "minor" (left out on middle widths). `currency` names the
    row's attribute with the currency; `url` gives the address of the row's own page.
    """

    def __init__(
        self,
        cell: str = "text",
        *,
        place: str = "",
        currency: str = "currency",
        url: Callable[[Model], str] | None = None,
        **options: object,
    ) -> None:
        super().__init__(orderable=False, default="", **options)
        self.template = f"components/cells/{cell}.html"
        self.css = CSS[place]
        self.is_labelled = place not in ("key", "figure")
        self.is_plain = cell == "text" and url is None
        self.is_amount = cell in ("money", "signed_money")
        self.currency = currency
        self.url = url

    def render(self, value: Raw, record: Model) -> SafeString | str:
        """The cell; a plain text needs no template."""
        if self.is_plain:
            return str(value)
        context = {
            "value": value,
            "record": record,
            "currency": getattr(record, self.currency, ""),
            "url": self.url(record) if self.url else "",
        }
        return render_to_string(self.template, context)

    def value(self, value: Raw | list[str]) -> Raw:
        """What an export holds: the exact value, not its picture."""
        return ", ".join(value) if isinstance(value, list) else value
