"""Lists: pages by cursor over a total order, so that rows neither repeat nor go missing."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from accounts.access.exceptions import JSONValue, Refused
from accounts.access.parsers import has_bad_text

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 1000
LONGEST_LIMIT = 9

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Cursor:
    """A place between two rows: the ordering values of one of them, and which way to go."""

    values: tuple[str, ...]
    backwards: bool = False

    def encoded(self) -> str:
        text = json.dumps([int(self.backwards), *self.values], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decoded(cls, text: str) -> Cursor:
        """Raises `Refused` (400 `invalid_cursor`) for anything that we did not hand out."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            backwards, *values = json.loads(raw)
        except (ValueError, TypeError, binascii.Error, RecursionError) as error:
            raise invalid_cursor() from error
        if backwards not in (0, 1) or not values or not all(map(_is_plain_text, values)):
            raise invalid_cursor()
        return cls(values=tuple(values), backwards=bool(backwards))


def limit_of(request: Request) -> int:
    """`?limit=`: 1 to 1000, 50 when absent; 400 for anything else."""
    text = request.query_params.get("limit")
    if text is None:
        return DEFAULT_LIMIT
    limit = int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_LIMIT else 0
    if not 1 <= limit <= LARGEST_LIMIT:
        raise Refused("invalid_limit", f"A number from 1 to {LARGEST_LIMIT}.", attr="limit")
    return limit


def cursor_of(request: Request) -> Cursor | None:
    """`?cursor=` of the request, if any."""
    text = request.query_params.get("cursor")
    return Cursor.decoded(text) if text else None


class StablePagination(BasePagination):
    """`{next, previous, results}` over a queryset whose order is made total by its primary key.

    Order by columns that are not null. Reads one row more than the page, and no count.
    """

    next: str | None = None
    previous: str | None = None

    def paginate_queryset(  # type: ignore[override]  # querysets only, not any sequence
        self, queryset: QuerySet[Row], request: Request, view: APIView | None = None
    ) -> list[Row]:
        limit, cursor = limit_of(request), cursor_of(request)
        order = _total_order(queryset)
        rows = _rows(queryset, order, cursor, count=limit + 1)
        has_more = len(rows) > limit
        page = rows[:limit]
        is_backwards = cursor is not None and cursor.backwards
        if is_backwards:
            page.reverse()
        url = remove_query_param(request.build_absolute_uri(), "cursor")
        if page and (has_more or is_backwards):
            self.next = _link(url, page[-1], order, backwards=False)
        if page and ((has_more and is_backwards) or (cursor is not None and not is_backwards)):
            self.previous = _link(url, page[0], order, backwards=True)
        return page

    def get_paginated_response(self, data: object) -> Response:
        return Response({"next": self.next, "previous": self.previous, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": link,
                "previous": link,
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            {
                "name": "limit",
                "in": "query",
                "description": "Rows a page.",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": LARGEST_LIMIT,
                    "default": DEFAULT_LIMIT,
                },
            },
            {
                "name": "cursor",
                "in": "query",
                "description": "Where the page begins: taken from `next` or `previous`.",
                "schema": {"type": "string"},
            },
        ]


@dataclass(frozen=True)
class _Column:
    name: str
    is_descending: bool


def _total_order(queryset: QuerySet[Row]) -> tuple[_Column, ...]:
    """The queryset's order (else its model's), ended by the primary key."""
    wanted = queryset.query.order_by or queryset.model._meta.ordering or ()
    names = [str(name) for name in wanted]
    pk = queryset.model._meta.pk
    # By its column: ordering by a relation would follow the order of the related model.
    key = pk.attname
    columns = [_Column(name.lstrip("-"), name.startswith("-")) for name in names]
    columns = [_Column(key, c.is_descending) if c.name in ("pk", pk.name) else c for c in columns]
    if key not in [column.name for column in columns]:
        columns.append(_Column(key, columns[-1].is_descending if columns else False))
    return tuple(columns)


def _rows(
    queryset: QuerySet[Row], order: tuple[_Column, ...], cursor: Cursor | None, *, count: int
) -> list[Row]:
    is_backwards = cursor is not None and cursor.backwards
    names = [f"{'-' if c.is_descending != is_backwards else ''}{c.name}" for c in order]
    rows = queryset.order_by(*names)
    if cursor is not None:
        rows = rows.filter(_beyond(queryset.model, order, cursor))
    return list(rows[:count])


def _beyond(model: type[Row], order: tuple[_Column, ...], cursor: Cursor) -> Q:
    """Rows after the cursor: first column beyond, or equal and the next one beyond, and so on.

    The first column is also bounded by itself, so that its index finds the place.
    """
    values = _values(model, order, cursor)
    condition = Q()
    for column, value in reversed(list(zip(order, values, strict=True))):
        operator = "lt" if column.is_descending != cursor.backwards else "gt"
        farther = Q(**{f"{column.name}__{operator}": value})
        condition = farther | (Q(**{column.name: value}) & condition) if condition else farther
    first, bound = order[0], values[0]
    operator = "lte" if first.is_descending != cursor.backwards else "gte"
    return Q(**{f"{first.name}__{operator}": bound}) & condition


def _values(model: type[Row], order: tuple[_Column, ...], cursor: Cursor) -> Sequence[object]:
    if len(cursor.values) != len(order):
        raise invalid_cursor()
    fields = [model._meta.get_field(column.name) for column in order]
    try:
        values = [
            cast("Any", field).to_python(text)
            for field, text in zip(fields, cursor.values, strict=True)
        ]
    except (ModelValidationError, ValueError, OverflowError) as error:
        raise invalid_cursor() from error
    if any(isinstance(value, datetime) and value.tzinfo is None for value in values):
        raise invalid_cursor()
    return values


def _link(url: str, row: Model, order: tuple[_Column, ...], *, backwards: bool) -> str:
    fields = [row._meta.get_field(column.name) for column in order]
    values = tuple(cast("Any", field).value_to_string(row) for field in fields)
    return replace_query_param(url, "cursor", Cursor(values, backwards).encoded())


def _is_plain_text(value: object) -> bool:
    return isinstance(value, str) and not has_bad_text(value)


def invalid_cursor() -> Refused:
    """400 for a cursor that does not fit this list."""
    return Refused("invalid_cursor", "This cursor was not handed out here.", attr="cursor")


def page_answer(
    request: Request,
    rows: Sequence[JSONValue],
    *,
    next_values: tuple[str, ...] | None,
    previous_values: tuple[str, ...] | None,
) -> Response:
    """The same answer for a list that a hand-written keyset query brings, not a queryset."""
    url = remove_query_param(request.build_absolute_uri(), "cursor")

    def link(values: tuple[str, ...] | None, *, backwards: bool) -> str | None:
        if values is None:
            return None
        return replace_query_param(url, "cursor", Cursor(values, backwards).encoded())

    return Response(
        {
            "next": link(next_values, backwards=False),
            "previous": link(previous_values, backwards=True),
            "results": rows,
        }
    )
