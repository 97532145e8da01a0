"""A list page: search, filters as chips, sort, pages, export; all of it in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

import django_tables2 as tables
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from rest_framework.request import Request

from accounts.access.exceptions import Refused
from accounts.access.pagination import StablePagination
from accounts.pages.columns import Words
from accounts.pages.exports import FORMATS, exported
from accounts.pages.filters import SEARCH, Chip, ListFilter

Row = TypeVar("Row", bound=Model)
SIZES = ("25", "50", "100", "200")
DEFAULT_SIZE = "25"
COUNTED_UP_TO = 10_000
PLACE = ("cursor",)


@dataclass(frozen=True)
class Sort:
    """An order that an index serves: `column` is the table column it belongs to."""

    column: str
    order: tuple[str, ...]


@dataclass(frozen=True)
class Header:
    """A column's head. `url` sorts by it; `direction` is "ascending" or "descending" if sorted."""

    label: str
    css: str
    url: str = ""
    direction: str = ""


@dataclass(frozen=True)
class Empty:
    """What an empty list says: what it is and the first step."""

    icon: str
    title: Words
    text: Words


@dataclass(frozen=True)
class Sum:
    """A total of what is filtered."""

    label: str
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Listing:
    """What `components/list.html` shows."""

    filters: ListFilter
    table: tables.Table
    headers: list[Header]
    chips: list[Chip]
    empty: Empty
    count: int
    is_counted: bool
    size: str
    kept: list[tuple[str, str]]
    sums: list[Sum]
    next_url: str
    previous_url: str
    sizes: tuple[str, ...] = SIZES

    @property
    def is_filtered(self) -> bool:
        return bool(self.chips or self.filters.data.get(SEARCH))

    @property
    def search(self) -> str:
        return str(self.filters.data.get(SEARCH, ""))


@dataclass(frozen=True)
class ListPage(Generic[Row]):
    """A list page as declared once: its filters, table, orders and words."""

    filters: type[ListFilter]
    table: type[tables.Table]
    sorts: Mapping[str, Sort]
    default_sort: str
    empty: Empty
    export_name: str
    sums: Callable[[QuerySet[Row]], list[Sum]] | None = None

    def respond(
        self,
        request: HttpRequest,
        queryset: QuerySet[Row],
        *,
        template: str,
        context: Mapping[str, object] | None = None,
    ) -> HttpResponseBase:
        """The page, the results alone (htmx), or the export, as the request asks."""
        filters = self.filters(request.GET, queryset=queryset, request=request)
        file_format = request.GET.get("export", "")
        if file_format in FORMATS:
            return exported(filters.qs, self.table, name=self.export_name, file_format=file_format)
        listing = self.listing(request, filters)
        is_part = request.headers.get("HX-Target") == "list"
        return render(
            request,
            "components/list_results.html" if is_part else template,
            {"listing": listing, **(context or {})},
        )

    def listing(self, request: HttpRequest, filters: ListFilter) -> Listing:
        """One page of what the filters leave, with the count as far as it is cheap."""
        name = request.GET.get("sort", "")
        sort = self.sorts.get(name, self.sorts[self.default_sort])
        query = request.GET.copy()
        asked = request.GET.get("limit")
        size = next((one for one in SIZES if one == asked), DEFAULT_SIZE)
        query["limit"] = size
        rows, next_url, previous_url = _page(request, filters.qs.order_by(*sort.order), query)
        count = filters.qs.order_by()[: COUNTED_UP_TO + 1].count()
        table = self.table(rows)
        return Listing(
            filters=filters,
            table=table,
            headers=self._headers(table, request.GET, sort),
            chips=filters.chips(),
            empty=self.empty,
            count=min(count, COUNTED_UP_TO),
            is_counted=count <= COUNTED_UP_TO,
            size=size,
            kept=_kept(request.GET),
            sums=self.sums(filters.qs) if self.sums and 0 < count <= COUNTED_UP_TO else [],
            next_url=next_url,
            previous_url=previous_url,
        )

    def _headers(self, table: tables.Table, query: QueryDict, current: Sort) -> list[Header]:
        return [
            self._header(column.name, str(column.header), column.column.css, query, current)
            for column in table.columns
        ]

    def _header(self, name: str, label: str, css: str, query: QueryDict, current: Sort) -> Header:
        mine = [(key, sort) for key, sort in self.sorts.items() if sort.column == name]
        if not mine:
            return Header(label=label, css=css)
        others = [key for key, sort in mine if sort is not current]
        target = others[0] if others else mine[0][0]
        direction = ""
        if current.column == name:
            direction = "descending" if current.order[0].startswith("-") else "ascending"
        return Header(label=label, css=css, url=address(query, sort=target), direction=direction)


def _kept(query: QueryDict) -> list[tuple[str, str]]:
    """What of the address goes on when the filter form is sent."""
    return [(name, str(query[name])) for name in ("sort", "limit") if name in query]


def address(query: QueryDict, **changes: str) -> str:
    """This page's address with some parameters changed, from its first rows on."""
    changed = query.copy()
    for name in PLACE:
        changed.pop(name, None)
    for name, value in changes.items():
        changed[name] = value
    return f"?{changed.urlencode()}"


def _page(
    request: HttpRequest, queryset: QuerySet[Row], query: QueryDict
) -> tuple[list[Row], str, str]:
    """The rows and the addresses of the next and the previous page."""
    pages, request_of_page = StablePagination(), _with_query(request, query)
    try:
        rows = pages.paginate_queryset(queryset, request_of_page)
    except Refused:
        query.pop("cursor", None)
        rows = pages.paginate_queryset(queryset, _with_query(request, query))
    return rows, _turn(request.GET, pages.next), _turn(request.GET, pages.previous)


def _with_query(request: HttpRequest, query: QueryDict) -> Request:
    asked = copy(request)
    asked.GET = query  # type: ignore[assignment]
    return Request(asked)


def _turn(query: QueryDict, url: str | None) -> str:
    if url is None:
        return ""
    return address(query, cursor=parse_qs(urlsplit(url).query)["cursor"][0])
