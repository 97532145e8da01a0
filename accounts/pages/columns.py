"""Columns of the portal's lists: how a cell looks, and what of it is exported."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import django_tables2 as tables
from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString

Words = str | Promise
Raw = str | int | bool | Decimal | date | datetime | UUID | None

CSS = {
    "": "",
    "key": "tg-col-key",
    "number": "tg-col-num",
    "figure": "tg-col-num tg-col-figure",
    "minor": "tg-col-minor",
    "minor number": "tg-col-num tg-col-minor",
    "check": "tg-col-check",
}


class CellColumn(tables.Column):  # type: ignore[misc]
    """A cell drawn by `components/cells/<cell>.html` from `value`, `record`, `currency`, `url`.

    `place` says what the column is on a phone and how it is aligned: "key" (the row's name),
    "figure" (its amount), "number", "minor" (left out on middle widths), "check" (its box, for
    acts on several rows). `currency` names the row's attribute with the currency; `page` names the
    row's own page and `by` the attribute that addresses it.
    """

    def __init__(
        self,
        cell: str = "text",
        *,
        place: str = "",
        currency: str = "currency",
        page: str = "",
        by: str = "pk",
        **options: object,
    ) -> None:
        super().__init__(orderable=False, default="", **options)
        self.template = f"components/cells/{cell}.html"
        self.css = CSS[place]
        self.is_key = place == "key"
        self.is_check = place == "check"
        self.is_labelled = place not in ("key", "figure", "check")
        self.is_plain = cell == "text" and page == ""
        self.is_amount = cell in ("money", "signed_money")
        self.needs_currency = self.is_amount or cell == "cost"
        self.currency = currency
        self.page = page
        self.by = by

    def render(self, value: Raw, record: Model) -> SafeString | str:
        """The cell; a plain text needs no template."""
        if self.is_plain:
            return str(value)
        context = {
            "value": value,
            "record": record,
            "currency": getattr(record, self.currency, ""),
            "url": reverse(self.page, args=[getattr(record, self.by)]) if self.page else "",
        }
        return render_to_string(self.template, context)

    def value(self, value: Raw | list[str]) -> Raw:
        """What an export holds: the exact value, not its picture."""
        return ", ".join(value) if isinstance(value, list) else value
