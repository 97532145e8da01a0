"""Receipt vouchers and the number series."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action

from accounts.staff.acts import record_or_404
from accounts.staff.columns import link_column, when_column
from accounts.staff.records import RecordAdmin
from billing.documents.models import Receipt, Series
from billing.documents.queries import receipt_pdf
from billing.money.columns import amount_column


@admin.register(Receipt)
class ReceiptAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "number",
        link_column("company", title="Company"),
        amount_column("amount", title="Amount"),
        when_column("issued_at", title="Issued"),
    ]
    list_filter = [("issued_at", RangeDateTimeFilter)]
    list_select_related = ["company"]
    search_fields = ["=number", "company__name"]
    actions_detail = ["pdf"]

    @action(  # type: ignore[untyped-decorator]
        description="PDF", icon="picture_as_pdf", permissions=["billing.view_receipt"]
    )
    def pdf(self, request: HttpRequest, object_id: str) -> HttpResponse:
        receipt = record_or_404(Receipt, object_id)
        return HttpResponse(
            receipt_pdf(receipt),
            content_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="{receipt.number}.pdf"'},
        )


@admin.register(Series)
class SeriesAdmin(RecordAdmin):
    list_display = ["kind", "prefix", "next_number"]
