"""The admin's page of exports: six tables, three formats, by dates and company."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSingleDateWidget

from accounts.companies.models import Company
from accounts.staff.acts import Act, asking_page
from accounts.staff.choosing import ChoiceByTyping
from billing.documents.rendering.tables import CONTENT_TYPES, FileFormat
from billing.invoicing.exports import DATASETS, Selection, export
from billing.invoicing.models import Invoice

_FORMATS = [
    (FileFormat.XLSX.value, "XLSX (Excel)"),
    (FileFormat.CSV.value, "CSV"),
    (FileFormat.JSON_LINES.value, "JSON Lines"),
]


class ExportForm(forms.Form):
    table = forms.ChoiceField(
        choices=[(dataset.key, dataset.title) for dataset in DATASETS.values()],
        widget=UnfoldAdminSelectWidget(),
    )
    file_format = forms.ChoiceField(
        label="Format", choices=_FORMATS, widget=UnfoldAdminSelectWidget()
    )
    first = forms.DateField(
        label="From", required=False, widget=UnfoldAdminSingleDateWidget(), help_text="Days in UTC."
    )
    last = forms.DateField(
        label="To", required=False, widget=UnfoldAdminSingleDateWidget(), help_text="Included."
    )
    company = ChoiceByTyping(
        Company.objects.all(),
        Invoice._meta.get_field("company"),
        required=False,
        help_text="Empty: all.",
    )

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or self.cleaned_data
        first, last = asked.get("first"), asked.get("last")
        if first and last and last < first:
            self.add_error("last", "This is before the first day.")
        return asked


def export_page(request: HttpRequest, *, dataset: str) -> HttpResponseBase:
    """The form, or the file: streamed, in constant memory whatever its length."""
    form = ExportForm(request.POST or None, initial={"table": dataset})
    if request.method == "POST" and form.is_valid():
        return _download(form.cleaned_data)
    act = Act(
        title="Export",
        consequence="The file is written while it is read: a million rows are no trouble.",
        button="Download",
        back=reverse("admin:billing_invoice_changelist"),
    )
    return asking_page(request, act, form=form)


def _download(asked: dict[str, Any]) -> StreamingHttpResponse:
    company: Company | None = asked["company"]
    kind, table = FileFormat(asked["file_format"]), str(asked["table"])
    selection = Selection.of_days(
        asked["first"], asked["last"], company=None if company is None else company.pk
    )
    return StreamingHttpResponse(
        export(DATASETS[table], selection, file_format=kind),
        content_type=CONTENT_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{table}.{kind}"'},
    )
