"""Amounts in the lists of the admin: right-aligned, with minus sign and colour, exact on hover."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString
from djmoney.money import Money

from accounts.staff.columns import Column, Plain, shows
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
    return shows(
        column,
        *plain_amount(
            name,
            title=title,
            amount=lambda row: getattr(row, name),
            currency=lambda row: str(_at(row, currency)),
        ),
    )


def money_column(name: str, *, title: str) -> Column:
    """A field that holds amount and currency together."""

    @admin.display(description=title, ordering=name)
    def column(row: Model) -> SafeString | str:
        money: Money | None = getattr(row, name)
        return "" if money is None else amount_cell(money.amount, str(money.currency))

    column.__name__ = f"{name}_money"
    return shows(
        column,
        *plain_amount(
            name,
            title=title,
            amount=lambda row: getattr(getattr(row, name), "amount", None),
            currency=lambda row: str(getattr(getattr(row, name), "currency", "")),
        ),
    )


def plain_amount(
    name: str,
    *,
    title: str,
    amount: Callable[[Any], Decimal | None],
    currency: Callable[[Any], str],
) -> tuple[Plain, Plain]:
    """What an export writes for an amount: the exact figure, and its currency beside it."""
    key = f"{name}_currency"
    return (
        Plain(name, title, amount, currency_key=key),
        Plain(key, f"{title}, currency", currency),
    )


def _at(row: object, path: str) -> object:
    for step in path.split("__"):
        row = getattr(row, step)
    return row
