"""Charges over the API: listed, explained, rated anew."""

from __future__ import annotations

from datetime import UTC
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.permissions import AnyKey
from accounts.access.views import ApiViewSet
from billing.ledger.ranges import read_range
from billing.metering.filters import ChargeFilter
from billing.metering.models import Charge
from billing.metering.queries import charge_in_full
from billing.metering.rerating import preview_rerating, rerate
from billing.metering.serializers import (
    ChargeInFullOutput,
    RerateInput,
    RerateOutput,
)
from config import clock

RANGE = [
    OpenApiParameter("from", OpenApiTypes.STR, description="A day or an instant."),
    OpenApiParameter("to", OpenApiTypes.STR, description="A day, to its end, or an instant."),
]


class ChargeViewSet(ApiViewSet):
    """Rated usage and fees."""

    permission_classes = [AnyKey]
    filterset_class = ChargeFilter
    serializer_class = ChargeInFullOutput
    queryset = Charge.objects.none()

    @extend_schema(
        operation_id="list_charges", parameters=RANGE, responses=ChargeInFullOutput(many=True)
    )
    def list(self, request: Request) -> Response:
        """Latest use first where a company, subscription or subject is named, else latest rated."""
        rows = self.scoped(charge_in_full())
        if not self.principal.is_staff:
            rows = rows.order_by("-started_at", "-id")
        return self.listed(self._in_range(rows), ChargeInFullOutput)

    @extend_schema(operation_id="read_charge", responses=ChargeInFullOutput)
    def retrieve(self, request: Request, charge_id: UUID) -> Response:
        """A charge with the sentences that explain it."""
        charge = self.found(self.scoped(charge_in_full()), pk=charge_id)
        return Response(ChargeInFullOutput(charge).data)

    def _in_range(self, rows: QuerySet[Charge]) -> QuerySet[Charge]:
        asked = read_range(self.request.query_params.dict(), zone=ZoneInfo(str(UTC)))
        if asked.start is not None:
            rows = rows.filter(started_at__gte=asked.start)
        if asked.end is not None:
            rows = rows.filter(started_at__lt=asked.end)
        return rows


class RerateViewSet(ApiViewSet):
    """Charges rated anew by what holds now."""

    serializer_class = RerateOutput
    queryset = Charge.objects.none()

    @extend_schema(
        operation_id="rerate_charges", request=RerateInput, responses={200: RerateOutput}
    )
    def create(self, request: Request) -> Response:
        """Reverse charges and rate their records anew; a dry run tells the difference first."""
        body = self.validated(RerateInput)
        act = preview_rerating if body.validated_data["dry_run"] else rerate
        result = act(body.selection(), by=self.by, at=clock.now())
        return Response(RerateOutput(result).data)


urlpatterns = [
    path("charges/", ChargeViewSet.as_view({"get": "list"})),
    path("charges/rerate/", RerateViewSet.as_view({"post": "create"})),
    path("charges/<uuid:charge_id>/", ChargeViewSet.as_view({"get": "retrieve"})),
]
