"""Column types for amounts. Migrations hold Django's own, and so import no app code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import djmoney.models.fields
from django.db import models
from djmoney.money import Money

if TYPE_CHECKING:
    # Type checkers see Django's own columns, and with them whether a value may be None.
    AmountField = models.DecimalField
    CurrencyField = models.CharField
else:

    class AmountField(models.DecimalField):
        """An amount in the currency beside it: numeric(30,12), never rounded on the way."""

        def __init__(self, **options: object) -> None:
            options.setdefault("max_digits", 30)
            options.setdefault("decimal_places", 12)
            super().__init__(**options)

        def deconstruct(self) -> tuple[str, str, list[object], dict[str, object]]:
            name, _, args, options = super().deconstruct()
            return name, "django.db.models.DecimalField", args, options

    class CurrencyField(models.CharField):
        """An ISO 4217 code."""

        def __init__(self, **options: object) -> None:
            options.setdefault("max_length", 3)
            super().__init__(**options)

        def deconstruct(self) -> tuple[str, str, list[object], dict[str, object]]:
            name, _, args, options = super().deconstruct()
            return name, "django.db.models.CharField", args, options


class MoneyField(djmoney.models.fields.MoneyField):
    """An amount with its currency in a second column; reads and takes `Money`."""

    _pyi_private_set_type: Money  # type: ignore[assignment]
    _pyi_private_get_type: Money  # type: ignore[assignment]

    def __init__(self, **options: object) -> None:
        options.setdefault("max_digits", 30)
        options.setdefault("decimal_places", 12)
        super().__init__(**options)  # type: ignore[no-untyped-call]

    def deconstruct(self):  # type: ignore[no-untyped-def]
        name, _, args, options = super().deconstruct()  # type: ignore[no-untyped-call]
        return name, "djmoney.models.fields.MoneyField", args, options
