"""Cells of the admin's lists: states as labels, links, instants with their age."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

# What a state means to whoever looks down a list: fine, wait, act, wrong, over.
TONES: Mapping[str, str] = {
    **dict.fromkeys(
        ("active", "completed", "succeeded", "paid", "done", "sent", "booked", "won", "committed"),
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


def status_column(name: str = "status", *, title: str = "Status") -> Column:
    """A coloured label; the word says it, the colour only helps."""

    @display(description=title, ordering=name, label=TONES)  # type: ignore[untyped-decorator]
    def column(row: Model) -> tuple[str, str]:
        value = str(getattr(row, name))
        shown = getattr(row, f"get_{name}_display", lambda: value)()
        return value, str(shown)

    return _named(column, name)


def link_column(name: str, *, title: str) -> Column:
    """A related row, linked to its page; nothing when there is none."""

    @admin.display(description=title, ordering=name)
    def column(row: Model) -> SafeString | str:
        related: Model | None = row
        for step in name.split("__"):
            related = getattr(related, step, None)
        return "" if related is None else record_link(related)

    return _named(column, name)


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

    return _named(column, name)


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

    return _named(column, name)


def number_column(name: str, *, title: str) -> Column:
    """A whole number with its thousands apart."""

    @admin.display(description=title, ordering=name)
    def column(row: Model) -> SafeString | str:
        number = getattr(row, name)
        shown = "" if number is None else f"{number:,}"
        return format_html('<span class="ta-money">{}</span>', shown)

    column.__name__ = f"{name}_money"
    return column


def _named(column: Column, name: str) -> Column:
    """The admin tells columns apart by the function's name."""
    column.__name__ = f"{name}_column"
    return column
