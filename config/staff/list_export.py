"""Any list of the admin as a file: the rows that are filtered and searched, with its columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any, TypeAlias
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.views.decorators.http import require_GET
from djmoney.money import Money

from accounts.audit.actions import record
from accounts.pages.columns import Raw
from accounts.pages.exports import FORMATS, FileColumn, batches, file_answer
from accounts.staff.acts import require, staff_address, staff_label
from accounts.staff.columns import Plain
from config import clock
from config.staff.roles import EXPORT_LISTS

ListAdmin: TypeAlias = "admin.ModelAdmin[Any]"


@require_GET
def export_list(request: HttpRequest, app: str, model: str, file_format: str) -> HttpResponseBase:
    """The file, streamed; who may see the list and may export gets it, and it is on record."""
    found = _admin_or_404(app, model)
    if file_format not in FORMATS:
        raise Http404
    if not found.has_view_or_change_permission(request):
        raise PermissionDenied
    require(request, EXPORT_LISTS)
    try:
        rows = found.get_changelist_instance(request).queryset
    except IncorrectLookupParameters:
        return redirect(f"admin:{app}_{model}_changelist")
    columns = plain_columns(found, request)
    _record(request, found, file_format)
    return file_answer(
        [FileColumn(one.key, one.title, one.currency_key) for one in columns],
        ([_raw(one.of(row)) for one in columns] for batch in batches(rows) for row in batch),
        name=slugify(str(found.opts.verbose_name_plural)),
        file_format=file_format,
    )


def plain_columns(model_admin: ListAdmin, request: HttpRequest) -> list[Plain]:
    """The columns of the list that this person sees, as values instead of pictures."""
    return [
        plain
        for column in model_admin.get_list_display(request)
        for plain in _plain(model_admin, column)
    ]


def _plain(model_admin: ListAdmin, column: Any) -> Iterator[Plain]:
    shown = getattr(model_admin, column, column) if isinstance(column, str) else column
    declared: tuple[Plain, ...] | None = getattr(shown, "plain", None)
    if declared is not None:
        yield from declared
        return
    key = model_admin.opts.model_name if column == "__str__" else column
    title = str(label_for_field(column, model_admin.model, model_admin))
    yield Plain(str(key), title, lambda row: _looked_up(row, column, model_admin))


def _looked_up(row: Any, column: str, model_admin: ListAdmin) -> object:
    _field, _attribute, value = lookup_field(column, row, model_admin)
    return value


def _raw(value: object) -> Raw:
    """A value that a file can hold; of a cell drawn in HTML, its words."""
    match value:
        case SafeString():
            return unescape(strip_tags(value))
        case Money():
            return f"{value.amount} {value.currency}"
        case list() | tuple():
            return ", ".join(map(str, value))
        case dict():
            return json.dumps(value, ensure_ascii=False, default=str)
        case str() | int() | Decimal() | date() | UUID() | None:
            return value
        case _:
            return str(value)


def _record(request: HttpRequest, model_admin: ListAdmin, file_format: str) -> None:
    record(
        "list.exported",
        actor=staff_label(request),
        at=clock.now(),
        target=model_admin.opts.db_table,
        after={"format": file_format, "filter": request.GET.urlencode()},
        address=staff_address(request),
    )


def _admin_or_404(app: str, model: str) -> ListAdmin:
    for one, model_admin in admin.site._registry.items():
        if (one._meta.app_label, one._meta.model_name) == (app, model):
            return model_admin
    raise Http404
