"""`receipts/{id}/pdf/` and `companies/{id}/receipts/`."""

from __future__ import annotations

from uuid import UUID

import django_filters
from django.http import HttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.permissions import AnyKey
from accounts.access.views import ApiViewSet, CompanyViewSet
from billing.documents.models import Receipt
from billing.documents.queries import receipt_pdf, receipts
from billing.documents.serializers import ReceiptOutput
from billing.ledger.ranges import RANGE, read_range, within


class ReceiptFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?number=`."""

    class Meta:
        model = Receipt
        fields = ["number"]


class CompanyReceiptViewSet(CompanyViewSet):
    """The receipt vouchers of a company."""

    filterset_class = ReceiptFilter
    serializer_class = ReceiptOutput
    queryset = Receipt.objects.none()

    @extend_schema(
        operation_id="list_receipts", parameters=RANGE, responses=ReceiptOutput(many=True)
    )
    def list(self, request: Request, company_id: UUID) -> Response:
        asked = read_range(request.query_params.dict(), zone=self.company.zone)
        rows = within(receipts(self.company), asked, column="issued_at")
        return self.listed(rows, ReceiptOutput)


class ReceiptViewSet(ApiViewSet):
    """One receipt voucher."""

    permission_classes = [AnyKey]
    serializer_class = ReceiptOutput
    queryset = Receipt.objects.none()

    @extend_schema(
        operation_id="read_receipt_pdf",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def pdf(self, request: Request, pk: UUID) -> HttpResponse:
        """The voucher as it was issued."""
        receipt = self.found(self.scoped(Receipt.objects.all()), pk=pk)
        headers = {"Content-Disposition": f'inline; filename="{receipt.number}.pdf"'}
        return HttpResponse(receipt_pdf(receipt), content_type="application/pdf", headers=headers)


urlpatterns = [
    path(
        "companies/<uuid:company_id>/receipts/",
        CompanyReceiptViewSet.as_view({"get": "list"}),
    ),
    path("receipts/<uuid:pk>/pdf/", ReceiptViewSet.as_view({"get": "pdf"})),
]
