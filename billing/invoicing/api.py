"""Invoices over the API: read, print, pay, void, credit."""

from __future__ import annotations

from datetime import UTC
from uuid import UUID
from zoneinfo import ZoneInfo

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.idempotency import idempotent
from accounts.access.permissions import AnyKey, StaffKey
from accounts.access.queries import visible_companies
from accounts.access.views import ApiViewSet
from billing.documents.rendering.tables import CONTENT_TYPES, FileFormat
from billing.invoicing.corrections import credit_invoice, void_invoice
from billing.invoicing.exports import DATASETS, OF_INVOICES, STAFF_ONLY, Selection, export
from billing.invoicing.mails import invoice_pdf
from billing.invoicing.models import Invoice
from billing.invoicing.payments import check_payable, pay_invoice
from billing.invoicing.queries import invoices
from billing.invoicing.serializers import (
    CreditInput,
    ExportInput,
    InvoiceOutput,
    PayInput,
    PaymentOfInvoiceOutput,
    ReasonInput,
    TaxReportOutput,
)
from billing.invoicing.sheets import invoice_xlsx
from billing.invoicing.tax_report import month_of, tax_report
from billing.ledger.ranges import RANGE, read_range, within
from billing.payments.exceptions import CardDeclined, NoPaymentMethod
from billing.payments.models import Payment, PaymentMethod
from billing.payments.queries import default_method, saved_method
from billing.payments.rules import check_portal_payment
from config import clock
from features.queries import value

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class InvoiceFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?company=`, `?status=`, `?kind=`."""

    class Meta:
        model = Invoice
        fields = ["company", "status", "kind"]


class InvoiceViewSet(ApiViewSet):
    """Issued invoices and credit notes; gone for company keys while `invoice_menu` is off."""

    permission_classes = [AnyKey]
    filterset_class = InvoiceFilter
    serializer_class = InvoiceOutput
    queryset = Invoice.objects.none()

    @extend_schema(parameters=RANGE, responses=InvoiceOutput(many=True))
    def list(self, request: Request) -> Response:
        """Newest first; `from` and `to` are days in UTC, or instants, of the issue."""
        asked = read_range(request.query_params.dict(), zone=ZoneInfo("UTC"))
        return self.listed(within(self._visible(), asked, column="issued_at"), InvoiceOutput)

    @extend_schema(responses=InvoiceOutput)
    def retrieve(self, request: Request, invoice_id: UUID) -> Response:
        return Response(InvoiceOutput(self._invoice(invoice_id)).data)

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def pdf(self, request: Request, invoice_id: UUID) -> HttpResponse:
        invoice = self._invoice(invoice_id)
        return _download(invoice_pdf(invoice), f"{invoice.number}.pdf", "application/pdf")

    @extend_schema(responses={(200, XLSX): OpenApiTypes.BINARY})
    def xlsx(self, request: Request, invoice_id: UUID) -> HttpResponse:
        invoice = self._invoice(invoice_id)
        return _download(invoice_xlsx(invoice), f"{invoice.number}.xlsx", XLSX)

    @extend_schema(
        request=PayInput,
        responses={201: PaymentOfInvoiceOutput, 202: PaymentOfInvoiceOutput},
    )
    @idempotent(required=True)
    def pay(self, request: Request, invoice_id: UUID) -> Response:
        invoice = self._invoice(invoice_id)
        if not self.principal.is_staff:
            check_portal_payment(invoice.company, at=clock.now())
        payment = pay_invoice(
            invoice.pk,
            card=self._card(invoice),
            key=self.key,
            by=self.by,
            at=clock.now(),
            pay_in=self.validated(PayInput).validated_data.get("payment_currency"),
        )
        return self._paid(payment, invoice_id)

    def _card(self, invoice: Invoice) -> PaymentMethod:
        chosen = self.validated(PayInput).validated_data.get("payment_method")
        company = invoice.company
        card = saved_method(company, chosen) if chosen else default_method(company)
        if card is None:
            check_payable(invoice)
            raise NoPaymentMethod
        return card

    def _paid(self, payment: Payment, invoice_id: UUID) -> Response:
        if payment.status == Payment.Status.FAILED:
            raise CardDeclined(payment.failure_message, decline_code=payment.failure_code)
        data: dict[str, object] = {"id": str(payment.pk), "status": payment.status}
        if payment.status == Payment.Status.REQUIRES_ACTION:
            data["client_secret"] = payment.client_secret
            return Response(data, status=status.HTTP_202_ACCEPTED)
        data["invoice"] = InvoiceOutput(self._invoice(invoice_id)).data
        return Response(data, status=status.HTTP_201_CREATED)

    def _visible(self) -> QuerySet[Invoice]:
        if not self.principal.is_staff and not value("invoice_menu", at=clock.now()):
            raise NotFound
        return self.scoped(invoices()).prefetch_related("lines__invoice", "taxes__invoice")

    def _invoice(self, invoice_id: UUID) -> Invoice:
        return self.found(self._visible(), pk=invoice_id)


class InvoiceCorrectionViewSet(InvoiceViewSet):
    """What only staff may do to an issued invoice."""

    permission_classes = [StaffKey]

    @extend_schema(request=ReasonInput, responses=InvoiceOutput)
    @idempotent(required=True)
    def void(self, request: Request, invoice_id: UUID) -> Response:
        self._invoice(invoice_id)
        reason = self.validated(ReasonInput).validated_data["reason"]
        void_invoice(invoice_id, reason=reason, key=self.key, by=self.by, at=clock.now())
        return Response(InvoiceOutput(self._invoice(invoice_id)).data)

    @extend_schema(request=CreditInput, responses={201: InvoiceOutput})
    @idempotent(required=True)
    def credit(self, request: Request, invoice_id: UUID) -> Response:
        self._invoice(invoice_id)
        body = self.validated(CreditInput)
        note = credit_invoice(
            invoice_id,
            amounts=body.amounts(),
            reason=body.validated_data["reason"],
            key=self.key,
            by=self.by,
            at=clock.now(),
        )
        return Response(InvoiceOutput(self._invoice(note.pk)).data, status=status.HTTP_201_CREATED)


class ExportViewSet(ApiViewSet):
    """Tables for finance, streamed. A company key gets its own company's rows, the ledger aside."""

    permission_classes = [AnyKey]

    @extend_schema(
        parameters=[
            OpenApiParameter("dataset", str, OpenApiParameter.PATH, enum=list(DATASETS)),
            *RANGE,
            ExportInput,
        ],
        responses={(200, kind): OpenApiTypes.BINARY for kind in CONTENT_TYPES.values()},
    )
    def download(self, request: Request, dataset: str) -> StreamingHttpResponse:
        if dataset not in DATASETS or not self._may_read(dataset):
            raise NotFound
        asked = ExportInput(data=request.query_params)
        asked.is_valid(raise_exception=True)
        company = asked.validated_data.get("company", self.principal.company_id)
        if company is not None:
            self.found(visible_companies(self.principal), pk=company)
        days = read_range(request.query_params.dict(), zone=ZoneInfo(str(UTC)))
        selection = Selection(start=days.start, end=days.end, company=company)
        kind = FileFormat(asked.validated_data["format"])
        return StreamingHttpResponse(
            export(DATASETS[dataset], selection, file_format=kind),
            content_type=CONTENT_TYPES[kind],
            headers={"Content-Disposition": f'attachment; filename="{dataset}.{kind}"'},
        )

    def _may_read(self, dataset: str) -> bool:
        if self.principal.is_staff:
            return True
        if dataset in OF_INVOICES and not value("invoice_menu", at=clock.now()):
            return False
        return dataset not in STAFF_ONLY


class TaxReportViewSet(ApiViewSet):
    """The tax of a period, and how the documents agree with the ledger."""

    permission_classes = [StaffKey]

    @extend_schema(operation_id="read_tax_report", parameters=RANGE, responses=TaxReportOutput)
    def report(self, request: Request) -> Response:
        """By instant of issue, days in UTC; without `from` and `to` the month so far."""
        now = clock.now()
        asked = read_range(request.query_params.dict(), zone=ZoneInfo(str(UTC)))
        report = tax_report(asked.start or month_of(now), asked.end or now)
        return Response(TaxReportOutput(report).data)


def _download(content: bytes, filename: str, content_type: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


_correction = InvoiceCorrectionViewSet.as_view
urlpatterns = [
    path("invoices/", InvoiceViewSet.as_view({"get": "list"})),
    path("invoices/<uuid:invoice_id>/", InvoiceViewSet.as_view({"get": "retrieve"})),
    path("invoices/<uuid:invoice_id>/pdf/", InvoiceViewSet.as_view({"get": "pdf"})),
    path("invoices/<uuid:invoice_id>/xlsx/", InvoiceViewSet.as_view({"get": "xlsx"})),
    path("invoices/<uuid:invoice_id>/pay/", InvoiceViewSet.as_view({"post": "pay"})),
    path("tax-report/", TaxReportViewSet.as_view({"get": "report"})),
    path("exports/<slug:dataset>/", ExportViewSet.as_view({"get": "download"})),
    path("invoices/<uuid:invoice_id>/void/", _correction({"post": "void"})),
    path("invoices/<uuid:invoice_id>/credit-notes/", _correction({"post": "credit"})),
]
