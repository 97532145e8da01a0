"""The kinds of values: what each accepts, and its JSON form in the database and the API.

`parse` takes the JSON form or the Python value and returns the Python value; it raises
FeatureRefused. `dump` gives the JSON form: bool, int, decimal text, text, or null for empty.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from features.exceptions import FeatureRefused

JsonValue = bool | int | str | None
T = TypeVar("T")

_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,12})?", re.ASCII)
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,([A-Za-z0-9+/=]+)", re.ASCII)
_PICTURE_STARTS = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"RIFF": "webp",
    b"<svg": "svg+xml",
    b"<?xml": "svg+xml",
}
LARGEST_PICTURE_BYTES = 256 * 1024


class Kind(ABC, Generic[T]):
    """One kind of value."""

    name: str

    @abstractmethod
    def parse(self, raw: object) -> T: ...

    @abstractmethod
    def dump(self, value: T) -> JsonValue: ...


@dataclass(frozen=True)
class Switch(Kind[bool]):
    name = "bool"

    def parse(self, raw: object) -> bool:
        if isinstance(raw, bool):
            return raw
        raise FeatureRefused("invalid_bool", "Must be true or false.")

    def dump(self, value: bool) -> JsonValue:  # noqa: FBT001
        return value


@dataclass(frozen=True)
class WholeNumber(Kind[int]):
    """An integer within bounds, both included."""

    least: int
    most: int
    unit: str = ""
    name = "integer"

    def parse(self, raw: object) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int):
            raise FeatureRefused("invalid_integer", "Must be a whole number.")
        if not self.least <= raw <= self.most:
            raise FeatureRefused("out_of_range", f"Must be from {self.least} to {self.most}.")
        return raw

    def dump(self, value: int) -> JsonValue:
        return value


@dataclass(frozen=True)
class OptionalWholeNumber(Kind["int | None"]):
    """As WholeNumber; empty means never, or no limit."""

    least: int
    most: int
    unit: str = ""
    name = "integer"

    def parse(self, raw: object) -> int | None:
        if raw is None or raw == "":
            return None
        return WholeNumber(self.least, self.most).parse(raw)

    def dump(self, value: int | None) -> JsonValue:
        return value


def _decimal(raw: object, *, least: Decimal, most: Decimal, places: int) -> Decimal:
    """A decimal from plain text (or a Decimal): no exponent, no NaN, within bounds and places."""
    text = f"{raw:f}" if isinstance(raw, Decimal) else raw
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text.strip()):
        raise FeatureRefused("invalid_decimal", 'Must be a plain decimal as text, such as "12.50".')
    value = Decimal(text.strip())
    if not least <= value <= most:
        raise FeatureRefused("out_of_range", f"Must be from {least} to {most}.")
    if value != round(value, places):
        raise FeatureRefused("too_many_decimals", f"At most {places} decimals.")
    return value


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


LARGEST_AMOUNT = Decimal(10) ** 12


@dataclass(frozen=True)
class Amount(Kind[Decimal]):
    """Money in the currency of whoever it is applied to; not negative."""

    name = "money"

    def parse(self, raw: object) -> Decimal:
        return _decimal(raw, least=Decimal(0), most=LARGEST_AMOUNT, places=4)

    def dump(self, value: Decimal) -> JsonValue:
        return _plain(value)


@dataclass(frozen=True)
class OptionalAmount(Kind["Decimal | None"]):
    """As Amount; empty means that there is no such limit."""

    name = "money"

    def parse(self, raw: object) -> Decimal | None:
        return None if raw is None or raw == "" else Amount().parse(raw)

    def dump(self, value: Decimal | None) -> JsonValue:
        return None if value is None else _plain(value)


@dataclass(frozen=True)
class AmountOrPercent(Kind[str]):
    """Money such as "15.00", in the currency of whoever it is applied to, or a share such as "5%";
    empty is none."""

    name = "money_or_percent"

    def parse(self, raw: object) -> str:
        text = raw.strip() if isinstance(raw, str) else raw
        if text is None or text == "":
            return ""
        if isinstance(text, str) and text.endswith("%"):
            return f"{_plain(Percent().parse(text[:-1]))}%"
        return _plain(Amount().parse(text))

    def dump(self, value: str) -> JsonValue:
        return value


@dataclass(frozen=True)
class Percent(Kind[Decimal]):
    """0 to 100, at most four decimals."""

    name = "percent"

    def parse(self, raw: object) -> Decimal:
        return _decimal(raw, least=Decimal(0), most=Decimal(100), places=4)

    def dump(self, value: Decimal) -> JsonValue:
        return _plain(value)


def _is_printable(text: str, *, allowed: str) -> bool:
    return all(sign.isprintable() or sign in allowed for sign in text)


@dataclass(frozen=True)
class Text(Kind[str]):
    """Text of bounded length; `pattern` must match it whole, `pattern_says` tells people how."""

    longest: int
    lines: int = 1
    pattern: str = ""
    pattern_says: str = ""
    name = "text"

    def parse(self, raw: object) -> str:
        if not isinstance(raw, str):
            raise FeatureRefused("invalid_text", "Must be text.")
        text = raw.replace("\r\n", "\n").strip()
        joiners = "\u200c\u200d"
        if not _is_printable(text, allowed=joiners + "\n\t" if self.lines > 1 else joiners):
            raise FeatureRefused("invalid_text", "Contains a character that cannot be printed.")
        if len(text) > self.longest:
            raise FeatureRefused("too_long", f"At most {self.longest} characters.")
        if self.pattern and not re.fullmatch(self.pattern, text, re.ASCII):
            raise FeatureRefused("invalid_text", self.pattern_says)
        return text

    def dump(self, value: str) -> JsonValue:
        return value


@dataclass(frozen=True)
class Choice(Kind[str]):
    """One of a list of words."""

    options: tuple[str, ...]
    name = "choice"

    def parse(self, raw: object) -> str:
        if not isinstance(raw, str) or raw not in self.options:
            shown = ", ".join(self.options[:20])
            more = " …" if len(self.options) > len(self.options[:20]) else ""
            raise FeatureRefused("invalid_choice", f"Must be one of {shown}{more}.")
        return raw

    def dump(self, value: str) -> JsonValue:
        return value


@dataclass(frozen=True)
class Picture(Kind["bytes | None"]):
    """A small picture, kept in the database so that every process prints the same one.

    Its JSON form is a data address (`data:image/png;base64,…`). PNG, JPEG, GIF, WebP, SVG.
    """

    name = "picture"

    def parse(self, raw: object) -> bytes | None:
        if raw is None or raw == "":
            return None
        content = raw if isinstance(raw, bytes) else self._decoded(raw)
        if len(content) > LARGEST_PICTURE_BYTES:
            raise FeatureRefused("too_large", "At most 256 KB.")
        if picture_type(content) is None:
            raise FeatureRefused("invalid_picture", "Must be PNG, JPEG, GIF, WebP or SVG.")
        return content

    def dump(self, value: bytes | None) -> JsonValue:
        if value is None:
            return None
        return f"data:image/{picture_type(value)};base64,{b64encode(value).decode()}"

    @staticmethod
    def _decoded(raw: object) -> bytes:
        found = _PICTURE.fullmatch(raw) if isinstance(raw, str) else None
        if found is None:
            raise FeatureRefused("invalid_picture", "Must be a picture as a data address.")
        try:
            return b64decode(found[2], validate=True)
        except NotBase64:
            raise FeatureRefused("invalid_picture", "The base64 is broken.") from None


def picture_type(content: bytes) -> str | None:
    """The MIME subtype by the first bytes; None when it is no picture that we print."""
    starts = _PICTURE_STARTS.items()
    return next((name for start, name in starts if content.startswith(start)), None)
