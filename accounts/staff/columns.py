"""Cells of the admin's lists: states as labels, links, instants with their age."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from unfold.decorators import display

Column = Callable[[Any], Any]


@dataclass(frozen=True)
class Plain:
    """A column of an export: what stands behind the picture that a cell shows.

    An amount's names the column of its currency.
    """

    key: str
    title: str
    of: Callable[[Any], object]
    currency_key: str = ""


def shows(column: Callable[..., Any], *plain: Plain) -> Column:
    """The column (or an admin's method), which an export writes as these."""
    column.plain = plain  # type: ignore[attr-defined]
    return column


# What a state means to whoever looks down a list: fine, wait, act, wrong, over.
TONES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "active",
            "running",
            "completed",
            "succeeded",
            "paid",
            "done",
            "sent",
            "booked",
            "won",
            "committed",
        ),
        "success",
    ),
    **dict.fromkeys(
        ("pending", "charging", "running", "waiting", "open", "proposed", "activation_ready"),
        "info",
    ),
    **dict.fromkeys(
        ("suspended", "stopped", "overdue", "retry_scheduled", "requires_action", "disputed"),
        "warning",
    ),
    **dict.fromkeys(("failed", "exhausted", "lost", "uncollectible", "invalid"), "danger"),
}


def status_column(name: str = "status", *, title: str = "Status", sorts_by: str = "") -> Column:
    """A coloured label; the word says it, the colour only helps. `sorts_by`: the column of the
    database, where the status is worked out."""

    @display(description=title, ordering=sorts_by or name, label=TONES)  # type: ignore[untyped-decorator]
    def column(row: Model) -> tuple[str, str]:
        value = str(getattr(row, name))
        shown = getattr(row, f"get_{name}_display", lambda: value)()
        return value, str(shown)

    return _named(column, name, title)


def link_column(name: str, *, title: str) -> Column:
    """A related row, linked to its page; nothing when there is none."""

    def related(row: Model) -> Model | None:
        found: Model | None = row
        for step in name.split("__"):
            found = getattr(found, step, None)
        return found

    @admin.display(description=title, ordering=name)
    def column(row: Model) -> SafeString | str:
        found = related(row)
        return "" if found is None else record_link(found)

    return shows(_called(column, name), Plain(name, title, related))


def record_link(row: Model, text: str = "") -> SafeString:
    """A link to a row's page in the admin."""
    meta = row._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
    return format_html('<a class="ta-link" href="{}">{}</a>', address, text or str(row))


def when_column(name: str, *, title: str) -> Column:
    """An instant in the viewer's zone, the zone and the seconds on hover."""

    @admin.display(description=title, ordering=name)
    def column(row: Model) -> SafeString | str:
        return instant_cell(getattr(row, name))

    return _named(column, name, title)


def instant_cell(instant: datetime | None) -> SafeString | str:
    if instant is None:
        return ""
    local = localtime(instant)
    return format_html(
        '<time class="ta-when" datetime="{}" title="{}">{}</time>',
        instant.isoformat(),
        f"{local:%Y-%m-%d %H:%M:%S %Z}",
        f"{local:%d %b %Y, %H:%M}".lstrip("0"),
    )


def short_column(name: str, *, title: str, longest: int = 80) -> Column:
    """The beginning of a long text, all of it on hover."""

    @admin.display(description=title)
    def column(row: Model) -> SafeString | str:
        text = str(getattr(row, name) or "")
        if len(text) <= longest:
            return text
        return format_html('<span title="{}">{}…</span>', text, text[:longest])

    return _named(column, name, title)


def number_column(name: str, *, title: str) -> Column:
    """A whole number with its thousands apart."""

    @admin.display(description=title, ordering=name)
    def column(row: Model) -> SafeString | str:
        number = getattr(row, name)
        shown = "" if number is None else f"{number:,}"
        return format_html('<span class="ta-money">{}</span>', shown)

    column.__name__ = f"{name}_money"
    return shows(column, Plain(name, title, lambda row: getattr(row, name)))


def _named(column: Column, name: str, title: str) -> Column:
    """A column that shows the row's attribute of that name."""
    return shows(_called(column, name), Plain(name, title, lambda row: getattr(row, name)))


def _called(column: Column, name: str) -> Column:
    """The admin tells columns apart by the function's name."""
    column.__name__ = f"{name}_column"
    return column
