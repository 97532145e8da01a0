"""The kinds of values: what each accepts, and its JSON form in the database and the API.

`parse` takes the JSON form or the Python value and returns the Python value; it raises
FeatureRefused. `dump` gives the JSON form: bool, int, decimal text, text, texts by name, or null
for empty. `accept` judges a new value, and may be stricter than `parse`: what was accepted once
can be read for ever.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from features import colours, pictures
from features.exceptions import FeatureRefused

JsonValue = bool | int | str | dict[str, str] | None
T = TypeVar("T")

_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,12})?", re.ASCII)
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,([A-Za-z0-9+/=]+)", re.ASCII)
_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
LARGEST_PICTURE_BYTES = 256 * 1024


class Kind(ABC, Generic[T]):
    """One kind of value."""

    name: str

    @abstractmethod
    def parse(self, raw: object) -> T: ...

    @abstractmethod
    def dump(self, value: T) -> JsonValue: ...

    def accept(self, raw: object) -> T:
        """A value that is set now. Raise FeatureRefused."""
        return self.parse(raw)


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
        if pictures.picture_type(content) is None:
            raise FeatureRefused("invalid_picture", "Must be PNG, JPEG, GIF, WebP or SVG.")
        return content

    def accept(self, raw: object) -> bytes | None:
        """Nothing that is larger than a logo needs to be, or that does more than show a shape."""
        content = self.parse(raw)
        if content is not None and (flaw := pictures.flaw_of(content)):
            raise FeatureRefused("invalid_picture", flaw)
        return content

    def dump(self, value: bytes | None) -> JsonValue:
        if value is None:
            return None
        return f"data:image/{pictures.picture_type(value)};base64,{b64encode(value).decode()}"

    @staticmethod
    def _decoded(raw: object) -> bytes:
        found = _PICTURE.fullmatch(raw) if isinstance(raw, str) else None
        if found is None:
            raise FeatureRefused("invalid_picture", "Must be a picture as a data address.")
        try:
            return b64decode(found[2], validate=True)
        except NotBase64:
            raise FeatureRefused("invalid_picture", "The base64 is broken.") from None


@dataclass(frozen=True)
class Colour(Kind[str]):
    """A colour such as "#4338ca" that can be read on white paper and carry white letters; empty:
    the one that we ship."""

    name = "colour"

    def parse(self, raw: object) -> str:
        if raw is None or raw == "":
            return ""
        if not isinstance(raw, str) or not colours.is_colour(raw.strip()):
            raise FeatureRefused("invalid_colour", "Must be a colour such as #4338ca.")
        return raw.strip().lower()

    def accept(self, raw: object) -> str:
        colour = self.parse(raw)
        if colour and (contrast := colours.contrast_with_white(colour)) < colours.READABLE:
            raise FeatureRefused(
                "too_pale",
                f"Too pale: its contrast with white is {contrast}, letters need at least "
                f"{colours.READABLE}. Choose a darker one.",
            )
        return colour

    def dump(self, value: str) -> JsonValue:
        return value


@dataclass(frozen=True)
class Texts(Kind["dict[str, str]"]):
    """Texts of one document by block and language ("intro.de"); those that are empty are left out.

    `placeholders` are the names that may stand in braces. A refusal names the text it is about.
    """

    blocks: tuple[str, ...]
    languages: tuple[str, ...]
    placeholders: tuple[str, ...]
    longest: int = 1000
    name = "texts"

    def parse(self, raw: object) -> dict[str, str]:
        if raw is None or raw == "":
            return {}
        if not isinstance(raw, Mapping):
            raise FeatureRefused("invalid_texts", 'Must be texts by name, such as "intro.en".')
        found = {self._key(key): self._text(key, text) for key, text in raw.items()}
        return {key: found[key] for key in sorted(found) if found[key]}

    def accept(self, raw: object) -> dict[str, str]:
        texts = self.parse(raw)
        for key, text in texts.items():
            for name in _PLACEHOLDER.findall(text):
                if name not in self.placeholders:
                    raise FeatureRefused(
                        "unknown_placeholder",
                        f"There is no placeholder {{{name}}}. There are "
                        f"{', '.join(f'{{{known}}}' for known in self.placeholders)}.",
                        attr=key,
                    )
        return texts

    def dump(self, value: dict[str, str]) -> JsonValue:
        return dict(value)

    def _key(self, key: object) -> str:
        block, _, language = str(key).partition(".")
        if block not in self.blocks or language not in self.languages:
            raise FeatureRefused("unknown_text", f"There is no text “{str(key)[:40]}”.")
        return str(key)

    def _text(self, key: object, text: object) -> str:
        try:
            return Text(self.longest, lines=20).parse(text)
        except FeatureRefused as refused:
            raise FeatureRefused(refused.code, refused.detail, attr=str(key)) from None
