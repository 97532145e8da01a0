"""What the ledger refuses."""

from __future__ import annotations

from decimal import Decimal

from accounts.access.exceptions import Refused
from billing.money.calc import minor_digits, plain


class LedgerError(Exception):
    """A caller's mistake that no user can mend: the entry would not be one."""


class EntryKeyReused(LedgerError):
    """The key has an entry already, and it says something else."""


class InsufficientBalance(Refused):
    """What is available above the floor does not cover the amount; `missing` says how far."""

    def __init__(self, missing: Decimal, currency: str) -> None:
        amount = plain(missing, at_least=minor_digits(currency))
        super().__init__(
            "insufficient_balance",
            f"The available balance is short of {amount} {currency}.",
            status=402,
            extra={"missing": {"amount": amount, "currency": currency}},
        )


class HoldKeyReused(Refused):
    """The key has a hold already, of another amount or reference."""

    def __init__(self) -> None:
        super().__init__(
            "idempotency_key_reused",
            "This key was used for a hold with other content.",
            status=409,
        )


class HoldEnded(Refused):
    """A hold that was committed, released or has expired can be neither extended nor released."""

    def __init__(self, status: str) -> None:
        super().__init__("hold_ended", f"The hold is {status} already.", status=409)


class WrongCurrency(Refused):
    """The company's account is in another currency."""

    def __init__(self, given: str, currency: str) -> None:
        super().__init__(
            "wrong_currency", f"The account is in {currency}, not in {given}.", attr="currency"
        )


class AdjustmentRefused(Refused):
    """An adjustment that may not be decided: decided before, or by the one who proposed it."""
