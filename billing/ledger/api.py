"""`companies/{id}/transactions/` and `adjustments/`."""

from __future__ import annotations

import django_filters
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.idempotency import idempotent
from accounts.access.views import ApiViewSet, CompanyViewSet
from billing.ledger.adjustments import (
    approve_adjustment,
    decline_adjustment,
    propose_adjustment,
)
from billing.ledger.models import Adjustment, EntryKind, Leg
from billing.ledger.queries import adjustments, customer_account, statement
from billing.ledger.ranges import RANGE, read_range
from billing.ledger.serializers import AdjustmentInput, AdjustmentOutput, TransactionOutput
from config.clock import now


class TransactionFilter(django_filters.FilterSet):  # type: ignore[misc]
    kind = django_filters.MultipleChoiceFilter("entry__kind", choices=EntryKind.choices)


class TransactionViewSet(CompanyViewSet):
    """The ledger as the customer sees it, newest first."""

    filterset_class = TransactionFilter
    serializer_class = TransactionOutput
    queryset = Leg.objects.none()

    def get_serializer_context(self) -> dict[str, object]:
        context = super().get_serializer_context()
        is_customer = self.request.auth and not self.principal.is_staff
        billing_type = self.company.billing_profile.billing_type if is_customer else None
        return {**context, "billing_type": billing_type}

    @extend_schema(
        operation_id="list_transactions",
        parameters=RANGE,
        responses=TransactionOutput(many=True),
    )
    def list(self, request: Request, company_id: str) -> Response:
        """Movements of the balance: payments, usage, fees, refunds, corrections."""
        asked = read_range(request.query_params.dict(), zone=self.company.zone)
        page = statement(customer_account(self.company), start=asked.start, end=asked.end)
        return self.listed(page.legs, TransactionOutput)


class AdjustmentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?company=`, `?status=`."""

    class Meta:
        model = Adjustment
        fields = ["company", "status"]


class AdjustmentViewSet(ApiViewSet):
    """Corrections of balances by staff; above `four_eyes_amount` by two of them."""

    filterset_class = AdjustmentFilter
    serializer_class = AdjustmentOutput
    queryset = Adjustment.objects.none()

    @extend_schema(operation_id="list_adjustments", responses=AdjustmentOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(adjustments(), AdjustmentOutput)

    @idempotent(required=True)
    @extend_schema(
        operation_id="propose_adjustment",
        request=AdjustmentInput,
        responses={201: AdjustmentOutput},
    )
    def create(self, request: Request) -> Response:
        """Correct a balance; answers `proposed` when a second person has to approve."""
        fields = self.validated(AdjustmentInput).validated_data
        adjustment = propose_adjustment(
            fields.pop("company"), **fields, key=self.key, by=self.by, at=now()
        )
        return Response(AdjustmentOutput(adjustment).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="read_adjustment", responses=AdjustmentOutput)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(AdjustmentOutput(self.found(adjustments(), pk=pk)).data)

    @idempotent(required=True)
    @extend_schema(operation_id="approve_adjustment", request=None, responses=AdjustmentOutput)
    def approve(self, request: Request, pk: str) -> Response:
        """Book it; not by the one who proposed it."""
        adjustment = self.found(adjustments(), pk=pk)
        approved = approve_adjustment(adjustment.pk, by=self.by, at=now())
        return Response(AdjustmentOutput(approved).data)

    @extend_schema(operation_id="decline_adjustment", request=None, responses=AdjustmentOutput)
    def decline(self, request: Request, pk: str) -> Response:
        adjustment = self.found(adjustments(), pk=pk)
        declined = decline_adjustment(adjustment.pk, by=self.by, at=now())
        return Response(AdjustmentOutput(declined).data)


urlpatterns = [
    path("companies/<uuid:company_id>/transactions/", TransactionViewSet.as_view({"get": "list"})),
    path("adjustments/", AdjustmentViewSet.as_view({"get": "list", "post": "create"})),
    path("adjustments/<uuid:pk>/", AdjustmentViewSet.as_view({"get": "retrieve"})),
    path("adjustments/<uuid:pk>/approve/", AdjustmentViewSet.as_view({"post": "approve"})),
    path("adjustments/<uuid:pk>/decline/", AdjustmentViewSet.as_view({"post": "decline"})),
]
