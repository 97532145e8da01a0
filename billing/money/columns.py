"""Amounts in the lists of the admin: right-aligned, with minus sign and colour, exact on hover."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import admin
from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString
from djmoney.money import Money

from accounts.staff.columns import Column
from billing.money.calc import plain, round_minor


def amount_cell(amount: Decimal | None, currency: str) -> SafeString | str:
    """`1,234.50 USD`; the unrounded figure on hover. Empty for none."""
    if amount is None:
        return ""
    shown = f"{round_minor(amount, currency):,f}".replace("-", "−")
    tone = " ta-negative" if amount < 0 else ""
    exact = f"{plain(amount)} {currency}"
    return format_html(
        '<span class="ta-money{}" title="{}">{} <small>{}</small></span>',
        tone,
        exact,
        shown,
        currency,
    )


def amount_column(name: str, *, title: str, currency: str = "currency") -> Column:
    """A plain amount whose currency stands at `currency` (a path such as `account__currency`)."""

    @admin.display(description=title, ordering=name)
    def column(row: Model) -> SafeString | str:
        return amount_cell(getattr(row, name), str(_at(row, currency)))

    column.__name__ = f"{name}_money"
    return column


def money_column(name: str, *, title: str) -> Column:
    """A field that holds amount and currency together."""

    @admin.display(description=title, ordering=name)
    def column(row: Model) -> SafeString | str:
        money: Money | None = getattr(row, name)
        return "" if money is None else amount_cell(money.amount, str(money.currency))

    column.__name__ = f"{name}_money"
    return column


def _at(row: object, path: str) -> object:
    for step in path.split("__"):
        row = getattr(row, step)
    return row
