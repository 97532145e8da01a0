"""The published description of the API, and bodies made after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

Schema = dict[str, Any]

_TEXTS = {
    "uuid": "0190a5f0-0000-7000-8000-000000000000",
    "date-time": "2026-03-10T12:00:00Z",
    "date": "2026-03-10",
    "email": "somebody@x.example",
    "decimal": "1.00",
    "uri": "https://x.example/",
}


@cache
def description() -> Schema:
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    schema: Schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return schema


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    details: Schema

    @property
    def body(self) -> Schema | None:
        """What a JSON body looks like."""
        content = self.details.get("requestBody", {}).get("content", {})
        return (
            resolved(content["application/json"]["schema"])
            if "application/json" in content
            else None
        )

    @property
    def query(self) -> list[str]:
        return [p["name"] for p in self.details.get("parameters", []) if p["in"] == "query"]

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


def operations() -> list[Operation]:
    methods = ("get", "post", "put", "patch", "delete")
    return [
        Operation(method, path, details)
        for path, entry in description()["paths"].items()
        for method, details in entry.items()
        if method in methods
    ]


def resolved(schema: Schema) -> Schema:
    """The schema itself, where it only refers to one."""
    while "$ref" in schema or len(schema.get("allOf", [])) == 1:
        reference = schema.get("$ref") or schema["allOf"][0].get("$ref")
        if reference is None:
            return resolved(schema["allOf"][0])
        schema = description()["components"]["schemas"][reference.rpartition("/")[2]]
    return schema


def example(schema: Schema, *, depth: int = 0) -> Any:  # noqa: PLR0911 - a table
    """A value that fits."""
    schema = resolved(schema)
    if "enum" in schema:
        return schema["enum"][0]
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return example(schema[several][0], depth=depth)
    match schema.get("type"):
        case "object":
            fields = schema.get("properties", {})
            return {name: example(field, depth=depth + 1) for name, field in fields.items()}
        case "array":
            return [example(schema["items"], depth=depth + 1)] if depth < 4 else []
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "string":
            return _TEXTS.get(schema.get("format", ""), "1.00" if "pattern" in schema else "USD")
    return "1"


def places(schema: Schema, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every field of a body that fits the schema."""
    schema = resolved(schema)
    if path:
        yield path
    if schema.get("type") == "object":
        for name, field in schema.get("properties", {}).items():
            yield from places(field, (*path, name))
    elif schema.get("type") == "array" and len(path) < 4:
        yield from places(schema["items"], (*path, 0))


def replaced(body: Any, path: tuple[str | int, ...], value: object) -> Any:
    """A copy of the body with another value at that place."""
    if not path:
        return value
    copy: Any = list(body) if isinstance(body, list) else dict(body)
    copy[path[0]] = replaced(copy[path[0]], path[1:], value)
    return copy


def without(body: Any, path: tuple[str | int, ...]) -> Any:
    """A copy of the body without that field."""
    if len(path) == 1:
        return {k: v for k, v in body.items() if k != path[0]} if isinstance(body, dict) else []
    copy: Any = list(body) if isinstance(body, list) else dict(body)
    copy[path[0]] = without(copy[path[0]], path[1:])
    return copy
