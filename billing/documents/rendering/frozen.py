"""Frozen facts to JSON and back, without losing a digit.

Decimals travel as strings with their exponent, times as ISO 8601 with offset, bytes as base64:
`from_json(to_json(facts)) == facts`, also through PostgreSQL's jsonb.
"""

import base64
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Self, TypeAlias, get_args, get_origin, get_type_hints

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"


class Frozen:
    """Base of the frozen dataclasses with slots in content.py."""

    __slots__: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Json]:
        return {name: encode(getattr(self, name)) for name in self.__slots__}

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Self:
        """Raise ValueError for a field this version does not know: it would be lost."""
        types = field_types(cls)  # type: ignore[arg-type]  # mypy takes a class for unhashable
        if unknown := sorted(data.keys() - types.keys()):
            raise ValueError(f"{cls.__name__} has no {', '.join(unknown)}")
        return cls(**{name: decode(types[name], value) for name, value in data.items()})


@cache
def field_types(cls: type) -> dict[str, object]:
    return get_type_hints(cls)


def encode(value: object) -> Json:
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, Frozen):
        return value.to_json()
    return value if value is None or isinstance(value, bool | int) else encode_text(value)


def encode_text(value: object) -> str:
    match value:
        case str() | Decimal():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} cannot be frozen")


def decode(kind: object, data: Json) -> object:
    if isinstance(kind, UnionType):
        return None if data is None else decode(get_args(kind)[0], data)
    if get_origin(kind) is tuple and isinstance(data, list):
        return tuple(decode(get_args(kind)[0], item) for item in data)
    if isinstance(kind, type):
        return decode_plain(kind, data)
    raise TypeError(f"{kind} cannot be thawed")


def decode_plain(kind: type, data: Json) -> object:
    if kind in (str, int, bool) and type(data) is kind:
        return data
    if isinstance(data, dict) and issubclass(kind, Frozen):
        return kind.from_json(data)
    if isinstance(data, str):
        return decode_text(kind, data)
    raise ValueError(f"{data!r} is not a {kind.__name__}")


def decode_text(kind: type, data: str) -> object:
    if issubclass(kind, Decimal | StrEnum):
        return kind(data)
    if issubclass(kind, datetime | date):
        return kind.fromisoformat(data)
    if issubclass(kind, bytes):
        return base64.b64decode(data)
    raise ValueError(f"{data!r} is not a {kind.__name__}")
