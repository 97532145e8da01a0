"""Plans, zones and meters over the API: staff write, companies read what is on offer to them."""

from __future__ import annotations

from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.permissions import StaffWrites
from accounts.access.views import ApiViewSet
from accounts.companies.models import Company
from billing.catalog.actions import add_version, create_plan, create_zone
from billing.catalog.models import Plan
from billing.catalog.queries import meters, plans, plans_for, zones
from billing.catalog.serializers import (
    MeterOutput,
    PlanInput,
    PlanOutput,
    TermsInput,
    ZoneInput,
    ZoneOutput,
)
from config import clock

_OF_THE_PLAN = ("name", "kind", "currency", "meter", "companies", "labels", "details")


class PlanFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?kind=`, `?currency=`, `?meter=`, `?operator=`."""

    class Meta:
        model = Plan
        fields = ["kind", "currency", "meter", "operator"]


class PlanViewSet(ApiViewSet):
    """Price plans and their versions."""

    permission_classes = [StaffWrites]
    filterset_class = PlanFilter
    serializer_class = PlanOutput
    queryset = Plan.objects.none()

    def get_serializer_context(self) -> dict[str, object]:
        visible = self.principal.company_id if self.request.auth else None
        return {**super().get_serializer_context(), "visible_company": visible}

    @extend_schema(operation_id="list_plans", responses=PlanOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(self._visible(), PlanOutput)

    @extend_schema(operation_id="create_plan", request=PlanInput, responses={201: PlanOutput})
    def create(self, request: Request) -> Response:
        body = self.validated(PlanInput)
        fields = body.validated_data
        plan = create_plan(
            **{name: fields[name] for name in _OF_THE_PLAN if name in fields},
            operator=fields.get("operator") or "",
            terms=body.terms(),
            at=clock.now(),
            by=self.by,
        )
        return self._answer(plan.pk, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="read_plan", responses=PlanOutput)
    def retrieve(self, request: Request, plan_id: UUID) -> Response:
        return self._answer(plan_id)

    @extend_schema(operation_id="add_plan_version", request=TermsInput, responses={201: PlanOutput})
    def add_version(self, request: Request, plan_id: UUID) -> Response:
        plan = self.found(plans(), pk=plan_id)
        add_version(plan, terms=self.validated(TermsInput).terms(), at=clock.now(), by=self.by)
        return self._answer(plan_id, status=status.HTTP_201_CREATED)

    def _visible(self) -> QuerySet[Plan]:
        if self.principal.company_id is None:
            return plans()
        return plans_for(Company.objects.get(pk=self.principal.company_id))

    def _answer(self, plan_id: UUID, *, status: int = status.HTTP_200_OK) -> Response:
        plan = self.found(self._visible(), pk=plan_id)
        return Response(PlanOutput(plan, context=self.get_serializer_context()).data, status=status)


class ZoneViewSet(ApiViewSet):
    """Named groups of countries."""

    permission_classes = [StaffWrites]
    serializer_class = ZoneOutput
    queryset = zones()

    @extend_schema(operation_id="list_zones", responses=ZoneOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(zones(), ZoneOutput)

    @extend_schema(operation_id="create_zone", request=ZoneInput, responses={201: ZoneOutput})
    def create(self, request: Request) -> Response:
        fields = self.validated(ZoneInput).validated_data
        zone = create_zone(
            fields["name"], countries=fields["countries"], at=clock.now(), by=self.by
        )
        return Response(ZoneOutput(zone).data, status=status.HTTP_201_CREATED)


class MeterViewSet(ApiViewSet):
    """What is counted."""

    permission_classes = [StaffWrites]
    serializer_class = MeterOutput
    queryset = meters()

    @extend_schema(operation_id="list_meters", responses=MeterOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(meters(), MeterOutput)


urlpatterns = [
    path("plans/", PlanViewSet.as_view({"get": "list", "post": "create"})),
    path("plans/<uuid:plan_id>/", PlanViewSet.as_view({"get": "retrieve"})),
    path("plans/<uuid:plan_id>/versions/", PlanViewSet.as_view({"post": "add_version"})),
    path("zones/", ZoneViewSet.as_view({"get": "list", "post": "create"})),
    path("meters/", MeterViewSet.as_view({"get": "list"})),
]
