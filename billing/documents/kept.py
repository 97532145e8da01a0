"""What the books keep in English, said in the language of who reads it.

Reasons and descriptions are written once, by whoever acts first, for every reader and for years:
they are kept in English and put into words where they are shown. What is not listed, such as a
reason that a person wrote, is shown as it stands.
"""

from __future__ import annotations

import re
from functools import cache

from django.utils.translation import gettext, gettext_noop, override

from accounts.people.languages import first_spoken

SOURCE = "en"
KEPT = (
    gettext_noop("A payment was taken back"),
    gettext_noop("Account"),
    gettext_noop("Activated by hand"),
    gettext_noop("Activation fee"),
    gettext_noop("Added to stock"),
    gettext_noop("Adjustment"),
    gettext_noop("Assigned"),
    gettext_noop("Automatic recharge"),
    gettext_noop("Bank transfer"),
    gettext_noop("Being set up at the operator"),
    gettext_noop("Came in after the account was closed"),
    gettext_noop("Card"),
    gettext_noop("Cash"),
    gettext_noop("Commitment shortfall"),
    gettext_noop("Consumption"),
    gettext_noop("Credited to the balance"),
    gettext_noop("Data"),
    gettext_noop("Dispute won"),
    gettext_noop("Fee for a dispute"),
    gettext_noop("Fees"),
    gettext_noop("Fees taxed anew"),
    gettext_noop("First usage"),
    gettext_noop("Fixed payment"),
    gettext_noop("IP address hours"),
    gettext_noop("Input tokens"),
    gettext_noop("Instance hours"),
    gettext_noop("Monthly fee"),
    gettext_noop("Not paid by its due date"),
    gettext_noop("Other"),
    gettext_noop("Output tokens"),
    gettext_noop("Paid in full"),
    gettext_noop("Paid out at closing"),
    gettext_noop("Payment"),
    gettext_noop("Payment disputed"),
    gettext_noop("Recharge"),
    gettext_noop("Refund"),
    gettext_noop("Refund came back"),
    gettext_noop("Refund failed"),
    gettext_noop("Refund paid out"),
    gettext_noop("Reserved spending"),
    gettext_noop("Seconds"),
    gettext_noop("Service restored"),
    gettext_noop("Set up"),
    gettext_noop("Signed up"),
    gettext_noop("Subscriptions"),
    gettext_noop("Suspended by hand"),
    gettext_noop("The account did not pay for too long"),
    gettext_noop("The account is closed"),
    gettext_noop("The account is suspended"),
    gettext_noop("The account is verified"),
    gettext_noop("The balance has reached its floor"),
    gettext_noop("Usage"),
    gettext_noop("Usage rated anew"),
    gettext_noop("Usage taken back"),
    gettext_noop("Verification deposit"),
    gettext_noop("Verification deposit kept"),
    gettext_noop("Verification deposit released"),
    gettext_noop("Verification deposit, to the balance"),
    gettext_noop("included"),
    gettext_noop("other countries"),
)
# What is filled in is shown as it stands. A longer one comes first.
COMPOSED = (
    gettext_noop("Credit note %(number)s"),
    gettext_noop("Invoice %(number)s"),
    gettext_noop("Late fee for %(number)s"),
    gettext_noop("Overdue: %(numbers)s"),
    gettext_noop("Promo code %(code)s has expired"),
    gettext_noop("Promo code %(code)s"),
    gettext_noop("Write-off of %(number)s"),
    gettext_noop("zone %(name)s"),
)
_PARTS = re.compile(r"(?P<first>[^,(]+)(?:, (?P<second>[^(]+?))?(?P<rest> \(.*\))?", re.DOTALL)


def said(text: str) -> str:
    """The text in the active language; "Payment, Card (ref)" part by part."""
    if not text:
        return ""
    if text in KEPT:
        return gettext(text)
    for phrase, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return gettext(phrase) % found.groupdict()
    parts = _PARTS.fullmatch(text)
    if parts is None or parts["first"] not in KEPT or not (parts["second"] or parts["rest"]):
        return text
    words = said(parts["first"])
    if parts["second"]:
        words = gettext("%(what)s, %(how)s") % {"what": words, "how": said(parts["second"])}
    return f"{words}{parts['rest'] or ''}"


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [
        (phrase, re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(phrase))))
        for phrase in COMPOSED
    ]


def in_documents_of(language: str) -> override:
    """Within it words are said as on documents in that language."""
    return override(first_spoken(language, SOURCE))


def as_kept() -> override:
    """Within it words are said as they are kept, whoever acts."""
    return override(SOURCE)
