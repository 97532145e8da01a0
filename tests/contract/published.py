"""The published OpenAPI, as a program that was generated from it would read it."""

from __future__ import annotations

import re
from functools import cache
from http import HTTPMethod
from typing import TYPE_CHECKING, Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from jsonschema import (  # type: ignore[import-untyped]
    Draft202012Validator,
    FormatChecker,
)

if TYPE_CHECKING:
    from rest_framework.test import _MonkeyPatchedResponse as Answer  # type: ignore[attr-defined]

Schema = dict[str, Any]

INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
# A refusal may carry more than its three fields, such as `missing`.
OPEN = ("Error", "ErrorDetail")
METHODS = [method.lower() for method in HTTPMethod]


def is_instant(value: object) -> bool:
    """Times go out in UTC with Z."""
    return not isinstance(value, str) or INSTANT.fullmatch(value) is not None


def is_id(value: object) -> bool:
    return not isinstance(value, str) or ID.fullmatch(value) is not None


_formats = FormatChecker(formats=())
_formats.checks("date-time")(is_instant)
_formats.checks("uuid")(is_id)


@cache
def published() -> Schema:
    """The description that the server publishes."""
    with translation.override("en"):
        generator = SchemaGenerator()  # type: ignore[no-untyped-call]
        schema: Schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return schema


def operations() -> list[tuple[str, str, Schema]]:
    """Method, path and description of every operation."""
    return [
        (method, path, operation)
        for path, item in published()["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def resolved(part: Schema) -> Schema:
    """The part, or what it refers to."""
    if "$ref" not in part:
        return part
    found = published()
    for name in part["$ref"].split("/")[1:]:
        found = found[name]
    return found


def check_answer(method: str, path: str, answer: Answer) -> None:
    """An answer of the API is one that its description promises, to the last field."""
    found = _operation(method.lower(), path.partition("?")[0])
    if found is None:
        return
    name, operation = found
    promised = resolved(operation["responses"].get(str(answer.status_code), {}))
    assert promised, f"{name}: {answer.status_code} is not published"
    content = promised.get("content")
    if content is None:
        assert answer.status_code == 204, f"{name}: {answer.status_code} has no schema"
        return
    kind = answer.headers["Content-Type"]
    assert kind in content, f"{name}: {kind} is not published"
    if kind == "application/json":
        _check_body(name, content[kind]["schema"], answer.json())


def _check_body(name: str, schema: Schema, body: object) -> None:
    root = {"components": _closed_components(), **_strict(schema)}
    validator = Draft202012Validator(root, format_checker=_formats)
    faults = [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(body)]
    assert not faults, f"{name}: {faults[:5]}"


@cache
def _closed_components() -> Schema:
    schemas = published()["components"]["schemas"]
    return {
        "schemas": {
            name: _strict(schema, is_closed=name not in OPEN) for name, schema in schemas.items()
        }
    }


def _strict(schema: Any, *, is_closed: bool = True) -> Any:
    """JSON Schema of an OpenAPI 3.0 schema, in which a field that is not named is a fault."""
    if isinstance(schema, list):
        return [_strict(part, is_closed=is_closed) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: part for name, part in schema.items() if name != "nullable"}
    strict = {name: _strict(part, is_closed=is_closed) for name, part in kept.items()}
    if is_closed and "properties" in strict:
        strict.setdefault("additionalProperties", False)
    return {"anyOf": [strict, {"type": "null"}]} if schema.get("nullable") is True else strict


def _operation(method: str, path: str) -> tuple[str, Schema] | None:
    for pattern, name, item in _paths():
        if pattern.fullmatch(path) and method in item:
            return f"{method.upper()} {name}", item[method]
    return None


@cache
def _paths() -> list[tuple[re.Pattern[str], str, Schema]]:
    """Patterns of the paths, those without parameters first."""
    paths = published()["paths"]
    return [
        (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", name)), name, paths[name])
        for name in sorted(paths, key=lambda name: name.count("{"))
    ]
