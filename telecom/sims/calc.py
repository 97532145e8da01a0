"""The life of a SIM as a table, and its numbers. Source: spec/telecom.md, SIMs."""

from __future__ import annotations

from stdnum import luhn
from stdnum.exceptions import ValidationError as NumberError

TRANSITIONS: dict[str, frozenset[str]] = {
    "not_available": frozenset({"activation_ready", "pending", "archived"}),
    "pending": frozenset(
        {"blank", "activation_ready", "active", "suspended", "invalid", "archived"}
    ),
    "invalid": frozenset({"pending", "archived"}),
    "blank": frozenset({"activation_ready", "pending", "archived"}),
    "activation_ready": frozenset({"pending", "active", "suspended", "blank", "archived"}),
    "active": frozenset({"pending", "suspended", "activation_ready", "archived"}),
    "suspended": frozenset({"pending", "active", "activation_ready", "archived"}),
    "archived": frozenset(),
}


def can_become(before: str, after: str) -> bool:
    """Whether a SIM may go from one status to the other."""
    return after in TRANSITIONS[before]


def has_valid_check_digit(iccid: str) -> bool:
    """Whether the last digit of an ICCID is right by Luhn (ITU-T E.118)."""
    try:
        luhn.validate(iccid)
    except NumberError:
        return False
    return True
