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


class InvalidHold(Refused):
    """A hold of nothing, or one that is over before it begins."""

    def __init__(self) -> None:
        super().__init__("invalid_hold", "A hold is of more than nothing and ends after it begins.")


class AdjustmentKeyReused(Refused):
    """The key has an adjustment already, with other content."""

    def __init__(self) -> None:
        super().__init__(
            "idempotency_key_reused",
            "This key was used for an adjustment with other content.",
            status=409,
        )


class AdjustmentInvalid(Refused):
    """An adjustment that cannot be booked: `attr` names the field."""

    def __init__(self, attr: str, detail: str) -> None:
        super().__init__("invalid", detail, attr=attr)


class AdjustmentDecided(Refused):
    """Somebody has booked or declined the adjustment already."""

    def __init__(self, status: str) -> None:
        super().__init__("already_decided", f"The adjustment is {status} already.", status=409)


class SecondPersonNeeded(Refused):
    """Whoever proposed an adjustment does not decide on it."""

    def __init__(self) -> None:
        super().__init__(
            "second_person_needed",
            "Somebody else than the one who proposed it has to decide.",
            status=403,
        )
