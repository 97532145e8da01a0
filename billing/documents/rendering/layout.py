"""From frozen facts to what the Typst templates print: texts only, already in words and figures.

The templates place; this module says. Nothing here computes money except the sum of a group.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from billing.documents.rendering.content import Exchange, Look, Party
from billing.documents.rendering.frozen import Json
from billing.documents.rendering.wording import Wording, printable
from billing.money.calc import plain

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
NOT_SAID = "\N{EN DASH}"
# How many letters of a footer stand in one line, roughly: it makes room for itself.
FOOTER_LETTERS_A_LINE = 100
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
    look: Look,
    facts: Mapping[str, str],
) -> dict[str, Json]:
    """What every document has: letterhead, parties, facts beside them, headline, remarks.

    `facts` are what the placeholders of its texts stand for, beside those of every document.
    """
    figure, caption = headline
    known = {"company": buyer.name, "provider": seller.name, **facts}
    terms = [(wording.labels["terms"], text_block(look.terms, known, wording))]
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
            {"title": name, "text": text}
            for name, text in (*((name, wording.shown(text)) for name, text in remarks), *terms)
            if text.strip()
        ],
        "header": wording.shown(look.header),
        "footer": [wording.shown(line) for line in look.footer.splitlines() if line.strip()],
        "footer_lines": lines_of(look.footer),
        "sender": sender(seller, wording),
        "intro": text_block(look.intro, known, wording),
        "closing": text_block(look.closing, known, wording),
    }


def text_block(text: str, facts: Mapping[str, str], wording: Wording) -> str:
    """A text of the provider's with its facts, each line in its own direction."""
    shown = {name: wording.shown(fact) for name, fact in facts.items()}
    return "\n".join(wording.shown(line) for line in filled(text, shown).splitlines())


def filled(text: str, facts: Mapping[str, str]) -> str:
    """The text with facts for the names in braces; a fact that is not there is a dash.

    Once: what a fact itself has in braces is printed as it is.
    """
    return PLACEHOLDER.sub(
        lambda name: facts[name[1]] or NOT_SAID if name[1] in facts else name[0], text
    )


def lines_of(text: str) -> int:
    """How many printed lines a footer needs."""
    lines = [line for line in text.splitlines() if line.strip()]
    return sum(1 + len(line) // FOOTER_LETTERS_A_LINE for line in lines)


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


def sender(seller: Party, wording: Wording) -> str:
    """The seller in one short line above the address in the window of an envelope."""
    parts = [seller.name, *seller.address_lines, town(seller)]
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


def rate_text(exchange: Exchange, words: Wording) -> str:
    """The rate as everybody reads it, with its day: "1 USD = 0.92 EUR, Mar 1, 2026"."""
    units = f"1 {exchange.base} = {plain(exchange.units_per_base)} {exchange.currency}"
    return f"{units}, {words.moment(exchange.valid_from)}"


def total_row(label: str, value: str) -> dict[str, Json]:
    return {"label": label, "value": value, "strong": False}


def strong_row(label: str, value: str) -> dict[str, Json]:
    return {"label": label, "value": value, "strong": True}


def nonzero(amount: Decimal) -> bool:
    return amount != Decimal(0)
