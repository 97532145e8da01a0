"""The language of a document: its words, figures, dates and countries. Pure."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_interval, format_skeleton
from babel.numbers import format_percent

from billing.money.formatting import format_money, format_quantity, locale_of

TEMPLATES = Path(__file__).resolve().parents[3] / "templates" / "documents"
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
LONG_WORD = re.compile("[!-\u024f]{29,}")
ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"
FIRST_STRONG_ISOLATE = "\N{FIRST STRONG ISOLATE}"
POP_DIRECTIONAL_ISOLATE = "\N{POP DIRECTIONAL ISOLATE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How one document speaks. `labels` fall back to English, figures and dates never do."""

    locale: Locale
    labels: dict[str, str]
    units: dict[str, str]
    exemptions: dict[str, str]
    currency: str
    zone: ZoneInfo

    def money(self, amount: Decimal) -> str:
        return typographic_minus(format_money(amount, self.currency, self.locale))

    def money_in(self, amount: Decimal, currency: str) -> str:
        """An amount in another currency than the document's."""
        return typographic_minus(format_money(amount, currency, self.locale))

    def unit_price(self, price: Decimal, *, decimals: int) -> str:
        return typographic_minus(format_money(price, self.currency, self.locale, decimals))

    def quantity(self, quantity: Decimal, unit: str) -> str:
        figure = typographic_minus(format_quantity(quantity, self.locale))
        name = self.units.get(unit, printable(unit))
        return f"{figure}\N{NO-BREAK SPACE}{name}".rstrip()

    def percent(self, percent: Decimal) -> str:
        return format_percent(percent / 100, "#,##0.####%", locale=self.locale)

    def moment(self, at: datetime) -> str:
        return self.day(at.astimezone(self.zone).date())

    def day(self, on: date) -> str:
        return format_skeleton("yMMMd", on, locale=self.locale)

    def days(self, first: date, last: date) -> str:
        return format_interval(first, last, "yMMMd", locale=self.locale)

    def country(self, code: str) -> str:
        name: str = self.locale.territories.get(code, code)
        return name

    def shown(self, text: str) -> str:
        """A given text: printable, breakable, and in its own direction among our words."""
        given = breakable(text)
        if not self.is_right_to_left or not given:
            return given
        return f"{FIRST_STRONG_ISOLATE}{given}{POP_DIRECTIONAL_ISOLATE}"

    @property
    def is_right_to_left(self) -> bool:
        return self.locale.language in RIGHT_TO_LEFT


def wording(*, language: str, currency: str, time_zone: str) -> Wording:
    """Raise ZoneInfoNotFoundError for a zone that does not exist."""
    words = words_of(locale_of(language).language)
    return Wording(
        locale=locale_of(language),
        labels={key: text for key, text in words.items() if isinstance(text, str)},
        units=section(words, "units"),
        exemptions=section(words, "exemptions"),
        currency=currency,
        zone=ZoneInfo(time_zone),
    )


Words = dict[str, str | dict[str, str]]


@cache
def words_of(language: str) -> Words:
    path = TEMPLATES / "labels" / f"{language}.toml"
    if not path.exists():
        return words_of("en")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def section(words: Words, name: str) -> dict[str, str]:
    part = words[name]
    if isinstance(part, str):
        raise TypeError(f"{name} is not a section")
    return part


def typographic_minus(figure: str) -> str:
    return figure.replace("-", "\N{MINUS SIGN}")


def printable(text: str) -> str:
    """Text that a page can show: no control characters, surrogates or overriding directions."""
    if text.isprintable():
        return text.strip()
    return "".join(" " if is_unprintable(letter) else letter for letter in text).strip()


def is_unprintable(letter: str) -> bool:
    if letter.isprintable() or letter == "\n":
        return False
    category = unicodedata.category(letter)
    joiners = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{ZERO WIDTH SPACE}"
    return category != "Zs" and letter not in joiners


def breakable(text: str) -> str:
    """Printable text whose very long words may break anywhere instead of leaving their column.

    Latin letters, figures and signs only: other scripts break, and join, by their own rules.
    """
    return LONG_WORD.sub(lambda word: ZERO_WIDTH_SPACE.join(word[0]), printable(text))
