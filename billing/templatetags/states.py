"""How each state of the glossary looks: label, tone and icon. The tone is never the only sign."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop, pgettext_lazy


@dataclass(frozen=True)
class State:
    """`tone` is a suffix of .tg-badge-…; `icon` a name of the sprite."""

    label: str
    tone: str
    icon: str


GOOD = ("positive", "circle-check")
BUSY = ("info", "clock")
WAITING = ("warning", "alert-triangle")
BAD = ("negative", "circle-x")
QUIET = ("neutral", "circle-dashed")

# One word in English for what was paid and for what has to be paid for; others have two.
NOT_FREE = pgettext_lazy("not free", "Paid")

STATES = {
    "active": (gettext_noop("Active"), *GOOD),
    "completed": (gettext_noop("Completed"), *GOOD),
    "paid": (gettext_noop("Paid"), *GOOD),
    "succeeded": (gettext_noop("Succeeded"), *GOOD),
    "accepted": (gettext_noop("Accepted"), *GOOD),
    "sent": (gettext_noop("Sent"), *GOOD),
    "available": (gettext_noop("Available"), *GOOD),
    "running": (gettext_noop("Running"), *GOOD),
    "free": (gettext_noop("Free"), *GOOD),
    "charged": (gettext_noop("Paid"), "info", "coin"),
    "activation_ready": (gettext_noop("Activation ready"), "info", "bolt"),
    "charging": (gettext_noop("Charging"), *BUSY),
    "open": (gettext_noop("Open"), *BUSY),
    "pending": (gettext_noop("Pending"), *BUSY),
    "scheduled": (gettext_noop("Scheduled"), *BUSY),
    "invited": (gettext_noop("Invited"), "info", "mail"),
    "requires_action": (gettext_noop("Needs your confirmation"), *WAITING),
    "retry_scheduled": (gettext_noop("Retry scheduled"), "warning", "repeat"),
    "suspended": (gettext_noop("Suspended"), "warning", "player-pause"),
    "disputed": (gettext_noop("Disputed"), *WAITING),
    "exhausted": (gettext_noop("Paused"), *BAD),
    "failed": (gettext_noop("Failed"), *BAD),
    "invalid": (gettext_noop("Invalid"), *BAD),
    "overdue": (gettext_noop("Overdue"), *BAD),
    "uncollectible": (gettext_noop("Written off"), *BAD),
    "closed": (gettext_noop("Closed"), "neutral", "lock"),
    "archived": (gettext_noop("Archived"), "neutral", "folder"),
    "blank": (gettext_noop("Blank"), *QUIET),
    "draft": (gettext_noop("Draft"), *QUIET),
    "not_available": (gettext_noop("Not available"), "neutral", "ban"),
    "partially_refunded": (gettext_noop("Partly refunded"), "neutral", "receipt-refund"),
    "refunded": (gettext_noop("Refunded"), "neutral", "receipt-refund"),
    "void": (gettext_noop("Void"), "neutral", "ban"),
    "expired": (gettext_noop("Expired"), "neutral", "hourglass"),
    "stopped": (gettext_noop("Stopped"), "warning", "player-pause"),
    "released": (gettext_noop("Released"), "neutral", "folder"),
    "withdrawn": (gettext_noop("Withdrawn"), "neutral", "ban"),
}


def state_of(value: str) -> State:
    """The look of a state; one that is not listed is shown in words, quietly."""
    label, tone, icon = STATES.get(value, (value.replace("_", " ").capitalize(), *QUIET))
    said = str(NOT_FREE) if value == "charged" else gettext(label)
    return State(label=said, tone=tone, icon=icon)
