"""The tax report: figures of a period by country, treatment and rate, and the books beside them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from unfold.widgets import UnfoldAdminSingleDateWidget

from accounts.staff.acts import require
from billing.documents.rendering.columns import Column, Row
from billing.documents.rendering.tables import CONTENT_TYPES, FileFormat, stream_rows
from billing.invoicing.tax_report import (
    TaxReport,
    TaxReportLine,
    month_of,
    tax_report,
    taxed_documents,
)
from billing.tax.models import TREATMENTS, place
from config import clock
from config.staff.pages import rendered, staff_page

MOST_DOCUMENTS = 500
_TREATMENTS = dict(TREATMENTS)
_COLUMNS = tuple(
    Column(key=key, title=key.replace("_", " ").capitalize(), currency_key=currency)
    for key, currency in (
        ("currency", ""),
        ("country", ""),
        ("treatment", ""),
        ("percent", ""),
        ("net", "currency"),
        ("tax", "currency"),
        ("documents", ""),
    )
)
Shown = dict[str, object]


class PeriodForm(forms.Form):
    """Whole days, UTC; both are included."""

    first = forms.DateField(label="From", widget=UnfoldAdminSingleDateWidget())
    last = forms.DateField(label="To", widget=UnfoldAdminSingleDateWidget())

    def clean(self) -> dict[str, object]:
        asked = super().clean() or self.cleaned_data
        if asked.get("first") and asked.get("last") and asked["last"] < asked["first"]:
            self.add_error("last", "This is before the first day.")
        if asked.get("last") == date.max:
            self.add_error("last", "No day comes after this one.")
        return asked


@staff_page("billing.view_taxrule")
def page(request: HttpRequest) -> HttpResponseBase:
    """The month so far unless days are asked for; `?of=` shows a line's documents, `?format=` is
    the file."""
    asked = request.GET.dict()
    initial = {"first": month_of(clock.now()).date(), "last": clock.now().date()}
    form = PeriodForm(asked if "first" in asked else None, initial=initial)
    if form.is_bound and not form.is_valid():
        return rendered(request, "admin/tax_report.html", {"title": "Tax report", "form": form})
    days = form.cleaned_data if form.is_bound else initial
    report = tax_report(_midnight(days["first"]), _midnight(days["last"]) + timedelta(days=1))
    if asked.get("format") in list(FileFormat):
        require(request, "billing.export_finance")
        return _file(report, FileFormat(asked["format"]))
    period = urlencode({"first": days["first"].isoformat(), "last": days["last"].isoformat()})
    chosen = _chosen(report, asked.get("of", ""))
    context: Shown = {
        "title": "Tax report",
        "form": form,
        "period": period,
        "report": report,
        "lines": [_shown(number, line) for number, line in enumerate(report.lines)],
        "may_export": request.user.has_perm("billing.export_finance"),
        "chosen": None if chosen is None else _shown(0, chosen),
        "documents": [] if chosen is None else _documents(report, chosen),
    }
    return rendered(request, "admin/tax_report.html", context)


def _shown(number: int, line: TaxReportLine) -> Shown:
    treatment = _TREATMENTS[line.treatment]
    return {"of": number, "line": line, "place": place(line.country), "treatment": treatment}


def _chosen(report: TaxReport, number: str) -> TaxReportLine | None:
    is_one = number.isdecimal() and int(number) < len(report.lines)
    return report.lines[int(number)] if is_one else None


def _documents(report: TaxReport, line: TaxReportLine) -> list[object]:
    taxes = taxed_documents(line, start=report.start, end=report.end)
    return list(taxes[:MOST_DOCUMENTS])


def _file(report: TaxReport, kind: FileFormat) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        stream_rows(_COLUMNS, _rows(report), file_format=kind, title="Tax"),
        content_type=CONTENT_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="tax.{kind}"'},
    )


def _rows(report: TaxReport) -> Iterator[Row]:
    for line in report.lines:
        yield (
            line.currency,
            line.country,
            line.treatment,
            line.percent,
            line.net,
            line.tax,
            line.documents,
        )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
