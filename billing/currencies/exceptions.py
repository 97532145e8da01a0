"""What currencies refuse."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.access.exceptions import NotAllowed, Refused


class CurrencyNotOffered(Refused):
    """Nobody may choose this currency now."""

    def __init__(self, given: str, offered: Sequence[str], *, attr: str = "currency") -> None:
        names = " or ".join(offered)
        super().__init__(
            "currency_not_offered", f"{given} is not on offer: choose {names}.", attr=attr
        )


class OnlyDefaultCurrency(Refused):
    """Several currencies are not on offer: only the default one is."""

    def __init__(self, given: str, default: str, *, attr: str = "currency") -> None:
        super().__init__(
            "only_default_currency", f"Only {default} is accepted, not {given}.", attr=attr
        )


class NoExchangeRate(Refused):
    """Nobody has said yet what one currency is in the other."""

    def __init__(self, base: str, currency: str, *, attr: str | None = None) -> None:
        super().__init__(
            "no_exchange_rate", f"There is no exchange rate from {base} into {currency}.", attr=attr
        )


class InvalidRate(Refused):
    def __init__(self, attr: str, detail: str) -> None:
        super().__init__("invalid_rate", detail, attr=attr)


class MultiCurrencyOff(NotAllowed):
    """The provider deals in its default currency alone."""

    def __init__(self, default: str) -> None:
        super().__init__(
            f"Several currencies are not on offer: only {default} is accepted.",
            code="multi_currency_off",
        )


class RatesUnavailable(Exception):
    """The source gave no rates; the message says why."""
