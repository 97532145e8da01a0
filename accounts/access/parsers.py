"""JSON as we accept it: strict, and without anything that PostgreSQL or Python would choke on."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import IO, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser

from accounts.access.exceptions import JSONValue

DEEPEST = 32
LONGEST_NUMBER = 40

Objects = Callable[[list[tuple[str, JSONValue]]], dict[str, JSONValue]]

_ESCAPED_CULPRIT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_CULPRIT = re.compile("[\x00\ud800-\udfff]")
_LONG_NUMBER = re.compile(rf"[0-9]{{{LONGEST_NUMBER + 1}}}")


class StrictJSONParser(BaseParser):
    """UTF-8 JSON; refuses NaN, Infinity, endless numbers, deep nesting, NUL, lone surrogates and
    fields that are there twice.

    Each is refused with 400 and, where there is one, the field that holds it. The checks cost
    nothing on ordinary bodies: a look at the raw text decides whether to search the values.
    """

    media_type = "application/json"

    refuses_doubles = True

    def parse(  # type: ignore[override]  # a body may be any JSON, not only an object
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, object] | None = None,
    ) -> JSONValue:
        text = _decoded(whole_body(stream))
        value = _loaded(text, objects=_object if self.refuses_doubles else None)
        if text.count("{") + text.count("[") > DEEPEST:
            _refuse_deep_nesting(value)
        if self.is_text_suspicious(text):
            _refuse_bad_text(value)
        return value

    def is_text_suspicious(self, text: str) -> bool:
        return _ESCAPED_CULPRIT.search(text) is not None


class RecordsJSONParser(StrictJSONParser):
    """For batches whose records are judged one by one: bad text inside a record is the record's
    own fault, so it is let through and must be rejected there (`has_bad_text`). Python's own way
    of making objects is the fast one, so the last of two values holds."""

    refuses_doubles = False

    def is_text_suspicious(self, text: str) -> bool:
        return False


def whole_body(stream: IO[bytes]) -> bytes:
    """The body, unless it is bigger than `DATA_UPLOAD_MAX_MEMORY_SIZE` (413)."""
    most: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = stream.read(most + 1)
    if len(body) > most:
        raise RequestDataTooBig
    return body


def has_bad_text(text: str) -> bool:
    """Whether a text holds what no column can keep: NUL or a lone surrogate."""
    return _CULPRIT.search(text) is not None


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParseError(f"The body is not UTF-8 (byte {error.start}).") from error


def _loaded(text: str, *, objects: Objects | None) -> JSONValue:
    whole_number = _whole_number if _LONG_NUMBER.search(text) else None
    try:
        value: JSONValue = json.loads(
            text,
            parse_constant=_no_constant,
            parse_float=_fraction,
            parse_int=whole_number,
            object_pairs_hook=objects,
        )
    except RecursionError as error:
        raise ParseError("The body is nested too deeply.") from error
    except ValueError as error:
        raise ParseError(f"The body is not valid JSON: {error}") from error
    return value


def _object(members: list[tuple[str, JSONValue]]) -> dict[str, JSONValue]:
    """The object; which of two values for a field is meant nobody knows."""
    made = dict(members)
    if len(made) < len(members):
        [(twice, _)] = Counter(name for name, _ in members).most_common(1)
        raise ValueError(f"the field {twice[:64]!a} is there twice")
    return made


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _whole_number(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError(f"a number has more than {LONGEST_NUMBER} digits")
    return int(digits)


def _fraction(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value) or len(digits) > 2 * LONGEST_NUMBER:
        raise ValueError("a number is out of range")
    return value


def _refuse_deep_nesting(value: JSONValue) -> None:
    level: list[JSONValue] = [value]
    for _ in range(DEEPEST + 1):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise ParseError(f"The body is nested more than {DEEPEST} levels deep.")


def _children(value: JSONValue) -> list[JSONValue]:
    if isinstance(value, dict):
        return [child for child in value.values() if isinstance(child, dict | list)]
    if isinstance(value, list):
        return [child for child in value if isinstance(child, dict | list)]
    return []


def _refuse_bad_text(value: JSONValue, *, path: str = "") -> None:
    if isinstance(value, str):
        if has_bad_text(value):
            _refuse_text_at(path)
    elif isinstance(value, dict):
        for name, child in value.items():
            if has_bad_text(name):
                _refuse_text_at(path)
            _refuse_bad_text(child, path=f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            _refuse_bad_text(child, path=f"{path}.{index}" if path else str(index))


def _refuse_text_at(path: str) -> NoReturn:
    detail = "The text holds a NUL character or half of a surrogate pair."
    raise ValidationError({path or "non_field_errors": [detail]}, code="invalid_character")
