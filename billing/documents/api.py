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


class ReceiptFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?number=`, `?issued_from=`, `?issued_to=`."""

    issued_from = django_filters.IsoDateTimeFilter("issued_at", lookup_expr="gte")
    issued_to = django_filters.IsoDateTimeFilter("issued_at", lookup_expr="lt")

    class Meta:
        model = Receipt
        fields = ["number"]


class CompanyReceiptViewSet(CompanyViewSet):
    """The receipt vouchers of a company."""

    filterset_class = ReceiptFilter
    serializer_class = ReceiptOutput
    queryset = Receipt.objects.none()

    @extend_schema(operation_id="list_receipts", responses=ReceiptOutput(many=True))
    def list(self, request: Request, company_id: UUID) -> Response:
        return self.listed(receipts(self.company), ReceiptOutput)


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
