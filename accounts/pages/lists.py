"""A list page: search, filters as chips, columns, sort, pages, export; all of it in the address.

What the address leaves open is taken from what the person keeps: a view to open the list with,
and the columns that they chose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import django_tables2 as tables
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.access.permissions import Permission, can
from accounts.access.principals import PortalRequest
from accounts.pages.choosing import Offer, arranged, known_columns, offers, standard_columns
from accounts.pages.columns import Words
from accounts.pages.exports import FORMATS, exported
from accounts.pages.filters import SEARCH, Chip, ListFilter
from accounts.pages.models import SavedView
from accounts.pages.queries import about_count, remembered_columns, views_of
from accounts.pages.turning import address, page_of

Row = TypeVar("Row", bound=Model)
SIZES = ("25", "50", "100", "200")
DEFAULT_SIZE = "25"
COUNTED_UP_TO = 10_000
COLUMNS, VIEW, EVERYTHING = "columns", "view", "all"


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
class Views:
    """What a person keeps of a list, and which of it the address shows.

    `query` is the address as a view would keep it; a view is changed once it differs.
    """

    saved: list[SavedView]
    shown: SavedView | None
    query: str

    @property
    def is_changed(self) -> bool:
        return self.shown is not None and self.shown.query != self.query

    @property
    def default(self) -> SavedView | None:
        return next((view for view in self.saved if view.is_default), None)

    @property
    def everything_url(self) -> str:
        """The list without a filter; said outright where it would open with a view."""
        return f"?{VIEW}={EVERYTHING}" if self.default else "?"


@dataclass(frozen=True)
class Listing:
    """What `components/list.html` shows. `about` is an estimate of a count too long to make."""

    name: str
    filters: ListFilter
    table: tables.Table
    headers: list[Header]
    is_wide: bool
    chips: list[Chip]
    empty: Empty
    count: int
    is_counted: bool
    about: int
    size: str
    kept: list[tuple[str, str]]
    sums: list[Sum]
    next_url: str
    previous_url: str
    views: Views
    offers: list[Offer]
    can_keep: bool
    can_export: bool
    bulk: str
    sizes: tuple[str, ...] = SIZES

    @property
    def is_filtered(self) -> bool:
        return bool(self.chips or self.filters.data.get(SEARCH))

    @property
    def search(self) -> str:
        return str(self.filters.data.get(SEARCH, ""))


@dataclass(frozen=True)
class ListPage(Generic[Row]):
    """A list page as declared once: its filters, table, orders and words.

    `name` is that of its address in the portal, of its files, and of what people keep of it.
    """

    filters: type[ListFilter]
    table: type[tables.Table]
    sorts: Mapping[str, Sort]
    default_sort: str
    empty: Empty
    name: str
    sums: Callable[[QuerySet[Row]], list[Sum]] | None = None

    def __post_init__(self) -> None:
        _declared[self.name] = self

    def respond(
        self,
        request: PortalRequest,
        queryset: QuerySet[Row],
        *,
        template: str,
        context: Mapping[str, object] | None = None,
        bulk: str = "",
    ) -> HttpResponseBase:
        """The page, the results alone (htmx), or the export, as the request asks.

        `bulk` is the template of what can be done to several rows at once, if anything.
        """
        columns = self.chosen_columns(request, request.GET)
        views = self._views(request, columns)
        is_part = request.headers.get("HX-Target") == "list"
        if request.method == "GET" and not request.GET and not is_part and views.default:
            return redirect(self.address_of(views.default))
        filters = self.filters(request.GET, queryset=queryset, request=request)
        if request.GET.get("export", "") in FORMATS:
            return self._exported(request, filters, columns)
        listing = self._listing(request, filters, columns, views, bulk)
        return render(
            request,
            "components/list_part.html" if is_part else template,
            {"listing": listing, "is_part": is_part, **(context or {})},
        )

    def chosen_columns(self, request: PortalRequest, query: QueryDict) -> list[str]:
        """The columns of the address, else those that the person chose; empty for neither."""
        asked = known_columns(self.table, query.get(COLUMNS, "").split(","))
        user, company = request.member.user, request.company
        return asked or known_columns(self.table, remembered_columns(user, company, page=self.name))

    def query_to_keep(self, query: QueryDict, columns: Sequence[str]) -> str:
        """Filters, order and page size of an address with these columns, the rest left out."""
        kept = [
            (name, value)
            for name in self.filters.base_filters
            for value in query.getlist(name)
            if value
        ]
        sort, size = str(query.get("sort", "")), str(query.get("limit", ""))
        if sort in self.sorts and sort != self.default_sort:
            kept.append(("sort", sort))
        if size in SIZES and size != DEFAULT_SIZE:
            kept.append(("limit", size))
        names = columns or standard_columns(self.table)
        return urlencode([*kept, (COLUMNS, ",".join(names))])

    @property
    def address(self) -> str:
        return reverse(f"portal:{self.name}")

    def address_of(self, view: SavedView) -> str:
        """Where the list shows this view."""
        return f"{self.address}?{view.query}&{VIEW}={view.pk}"

    def _views(self, request: PortalRequest, columns: Sequence[str]) -> Views:
        saved = list(views_of(request.member.user, request.company).filter(page=self.name))
        asked = request.GET.get(VIEW)
        return Views(
            saved=saved,
            shown=next((view for view in saved if str(view.pk) == asked), None),
            query=self.query_to_keep(request.GET, columns),
        )

    def _exported(
        self, request: PortalRequest, filters: ListFilter, columns: Sequence[str]
    ) -> HttpResponseBase:
        if not can(request.member.role, Permission.EXPORT):
            raise PermissionDenied("Your role does not include exports.")
        file_format = request.GET["export"]
        return exported(filters.qs, self.table, columns, name=self.name, file_format=file_format)

    def _listing(
        self,
        request: PortalRequest,
        filters: ListFilter,
        columns: Sequence[str],
        views: Views,
        bulk: str,
    ) -> Listing:
        """One page of what the filters leave, with the count as far as it is cheap."""
        name = request.GET.get("sort", "")
        sort = self.sorts.get(name, self.sorts[self.default_sort])
        query = request.GET.copy()
        asked = request.GET.get("limit")
        size = next((one for one in SIZES if one == asked), DEFAULT_SIZE)
        query["limit"] = size
        rows, next_url, previous_url = page_of(request, filters.qs.order_by(*sort.order), query)
        count = filters.qs.order_by()[: COUNTED_UP_TO + 1].count()
        is_counted = count <= COUNTED_UP_TO
        shown = columns or standard_columns(self.table)
        table = arranged(self.table, rows, shown, has_checks=bool(bulk))
        return Listing(
            name=self.name,
            filters=filters,
            table=table,
            headers=self._headers(table, request.GET, sort),
            is_wide=not set(shown) <= set(standard_columns(self.table)),
            chips=filters.chips(),
            empty=self.empty,
            count=min(count, COUNTED_UP_TO),
            is_counted=is_counted,
            about=0 if is_counted else max(about_count(filters.qs), COUNTED_UP_TO),
            size=size,
            kept=_kept(request.GET),
            sums=self.sums(filters.qs) if self.sums and count and is_counted else [],
            next_url=next_url,
            previous_url=previous_url,
            views=views,
            offers=offers(self.table, shown, order=shown),
            can_keep=not request.member.is_looking_on,
            can_export=can(request.member.role, Permission.EXPORT),
            bulk=bulk,
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


_declared: dict[str, ListPage[Any]] = {}


def list_page(name: str) -> ListPage[Any] | None:
    """The list declared under that name."""
    return _declared.get(name)


def _kept(query: QueryDict) -> list[tuple[str, str]]:
    """What of the address goes on when the filter form is sent."""
    return [(name, str(query[name])) for name in ("sort", "limit", COLUMNS, VIEW) if name in query]
