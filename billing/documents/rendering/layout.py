"""From frozen facts to what the Typst templates print: texts only, already in words and figures.

The templates place; this module says. Nothing here computes money except the sum of a group.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from billing.documents.rendering.content import Party
from billing.documents.rendering.frozen import Json
from billing.documents.rendering.wording import Wording, printable

CITY_BEFORE_POSTAL_CODE = frozenset({"US", "CA", "AU", "GB", "IE", "IN", "NZ", "SG", "KR", "TW"})


def page(
    wording: Wording,
    *,
    title: str,
    number: str,
    seller: Party,
    buyer: Party,
    buyer_label: str,
    headline: tuple[str, str],
    meta: list[tuple[str, str]],
    remarks: list[tuple[str, str]],
) -> dict[str, Json]:
    """What every document has: letterhead, parties, facts beside them, headline, remarks."""
    figure, caption = headline
    return {
        "lang": wording.locale.language,
        "rtl": wording.is_right_to_left,
        "title": title,
        "number": printable(number),
        "document_title": printable(f"{title} {number}"),
        "labels": dict(wording.labels),
        "monogram": monogram(seller.name),
        "seller": party(seller, wording),
        "buyer": party(buyer, wording),
        "buyer_label": buyer_label,
        "imprint": imprint(seller, wording),
        "headline": {"figure": figure, "caption": caption},
        "meta": [[name, wording.shown(value)] for name, value in meta if value],
        "remarks": [
            {"title": name, "text": wording.shown(text)} for name, text in remarks if text.strip()
        ],
    }


def party(who: Party, wording: Wording) -> dict[str, Json]:
    labels = wording.labels
    details = [
        (labels["tax_number"], who.tax_id),
        (labels["registration_number"], who.registration_number),
    ]
    lines = [who.legal_name if who.legal_name != who.name else "", *address(who, wording)]
    return {
        "name": wording.shown(who.name),
        "lines": [wording.shown(line) for line in lines if line.strip()],
        "details": [f"{name} {wording.shown(value)}" for name, value in details if value],
    }


def address(who: Party, wording: Wording) -> list[str]:
    return [*who.address_lines, town(who), wording.country(who.country) if who.country else ""]


def town(who: Party) -> str:
    if who.country in CITY_BEFORE_POSTAL_CODE:
        state = " ".join(part for part in (who.region, who.postal_code) if part)
        return ", ".join(part for part in (who.city, state) if part)
    city = " ".join(part for part in (who.postal_code, who.city) if part)
    return ", ".join(part for part in (city, who.region) if part)


def imprint(seller: Party, wording: Wording) -> str:
    """The seller in one line at the foot of each page."""
    parts = [seller.legal_name or seller.name, *address(seller, wording), seller.email]
    return " · ".join(wording.shown(part) for part in parts if part.strip())


def monogram(name: str) -> str:
    """Initials of the first two words, for sellers without a logo."""
    initials = [word[0] for word in printable(name).split() if word[0].isalnum()]
    return "".join(initials[:2]).upper()


def period(start: datetime | None, end: datetime | None, wording: Wording) -> str:
    """A half-open period as its first and last day in the document's zone."""
    if start is None or end is None:
        return ""
    last = end.astimezone(wording.zone) - timedelta(microseconds=1)
    return wording.days(start.astimezone(wording.zone).date(), last.date())


def total_row(label: str, value: str) -> dict[str, Json]:
    return {"label": label, "value": value, "strong": False}


def strong_row(label: str, value: str) -> dict[str, Json]:
    return {"label": label, "value": value, "strong": True}


def nonzero(amount: Decimal) -> bool:
    return amount != Decimal(0)
