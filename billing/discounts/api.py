"""`companies/{id}/discounts/`: staff grant and end them, a company's key reads its own."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.permissions import StaffWrites
from accounts.access.views import CompanyViewSet
from billing.discounts.actions import add_discount, end_discount
from billing.discounts.models import Discount
from billing.discounts.queries import discounts
from billing.discounts.serializers import DiscountInput, DiscountOutput, EndInput
from config.clock import now


class DiscountViewSet(CompanyViewSet):
    """Discounts and additional services of a company."""

    permission_classes = [StaffWrites]
    serializer_class = DiscountOutput
    queryset = Discount.objects.none()

    @extend_schema(operation_id="list_discounts", responses=DiscountOutput(many=True))
    def list(self, request: Request, company_id: UUID) -> Response:
        return self.listed(self._mine(), DiscountOutput)

    @extend_schema(
        operation_id="add_discount", request=DiscountInput, responses={201: DiscountOutput}
    )
    def create(self, request: Request, company_id: UUID) -> Response:
        """Adjust the bills of a company for some months: a line of its own on each invoice."""
        fields = self.validated(DiscountInput).validated_data
        discount = add_discount(self.company, **fields, by=self.by, at=now())
        return Response(self._shown(discount.pk), status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="end_discount", request=EndInput, responses=DiscountOutput)
    def end(self, request: Request, company_id: UUID, pk: UUID) -> Response:
        """No bill is adjusted by it any more."""
        discount = self.found(self._mine(), pk=pk)
        reason = self.validated(EndInput).validated_data["reason"]
        end_discount(discount.pk, reason=reason, by=self.by, at=now())
        return Response(self._shown(pk))

    def _mine(self) -> QuerySet[Discount]:
        return discounts().filter(company=self.company)

    def _shown(self, pk: UUID) -> dict[str, object]:
        return dict(DiscountOutput(self.found(self._mine(), pk=pk)).data)


ALL = "companies/<uuid:company_id>/discounts/"

urlpatterns = [
    path(ALL, DiscountViewSet.as_view({"get": "list", "post": "create"})),
    path(f"{ALL}<uuid:pk>/end/", DiscountViewSet.as_view({"post": "end"})),
]
