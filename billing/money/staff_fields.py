"""Amounts that staff type in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from accounts.staff.acts import amount_input
from billing.money.calc import InvalidAmount, parse_amount


class StaffAmountField(forms.CharField):
    """A plain decimal such as 12.50, or -12.50 where that makes sense."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", amount_input(placeholder="0.00"))
        super().__init__(max_length=40, **options)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_amount(text)
        except InvalidAmount as error:
            raise forms.ValidationError(str(error)) from error
