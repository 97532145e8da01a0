"""Column types for amounts."""

from __future__ import annotations

from django.db import models


class AmountField(models.DecimalField):  # type: ignore[type-arg]
    """An amount in a currency that stands beside it: numeric(30,12), never rounded on the way."""

    def __init__(self, **options: object) -> None:
        options.setdefault("max_digits", 30)
        options.setdefault("decimal_places", 12)
        super().__init__(**options)  # type: ignore[arg-type]

    def deconstruct(self):  # type: ignore[no-untyped-def]
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.DecimalField", args, options


class CurrencyField(models.CharField):  # type: ignore[type-arg]
    """An ISO 4217 code."""

    def __init__(self, **options: object) -> None:
        options.setdefault("max_length", 3)
        super().__init__(**options)  # type: ignore[arg-type]

    def deconstruct(self):  # type: ignore[no-untyped-def]
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options
