"""SIMs over the API, addressed by ICCID."""

from __future__ import annotations

import django_filters
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.exceptions import Refused
from accounts.access.permissions import AnyKey, StaffWrites
from accounts.access.views import ApiViewSet
from config import clock
from telecom.sims.actions.assignment import assign_sim
from telecom.sims.actions.service import activate_sim, suspend_sim
from telecom.sims.actions.stock import archive_sim, create_sim
from telecom.sims.dispatch import hurry_operations
from telecom.sims.models import Sim
from telecom.sims.queries import sims_in_list
from telecom.sims.serializers import AssignFromInput, SimInput, SimOutput, SimReasonInput


class SimFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?company=`, `?status=`, `?operator=`, `?plan=`."""

    class Meta:
        model = Sim
        fields = ["company", "status", "operator", "plan"]


class SimViewSet(ApiViewSet):
    """The stock and its lines: staff write, companies read their own."""

    permission_classes = [StaffWrites]
    filterset_class = SimFilter
    serializer_class = SimOutput
    queryset = sims_in_list()

    @extend_schema(responses=SimOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(self.scoped(sims_in_list()), SimOutput)

    @extend_schema(request=SimInput, responses={201: SimOutput})
    def create(self, request: Request) -> Response:
        fields = self.validated(SimInput).validated_data
        sim = create_sim(**fields, by=self.by, at=clock.now())
        hurry_operations()
        return Response(SimOutput(sim).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=SimOutput)
    def retrieve(self, request: Request, iccid: str) -> Response:
        return self._answer(iccid)

    @extend_schema(request=AssignFromInput, responses=SimOutput)
    def assign(self, request: Request, iccid: str) -> Response:
        self.found(sims_in_list(), iccid=iccid)
        fields = self.validated(AssignFromInput).validated_data
        if isinstance(request.data, dict) and request.data.get("pool"):
            raise Refused("unknown_pool", "There is no such pool.", attr="pool")
        now = clock.now()
        starts_at = fields.pop("from", now)
        assign_sim(iccid, **fields, starts_at=starts_at, by=self.by, at=now)
        hurry_operations()
        return self._answer(iccid)

    @extend_schema(request=SimReasonInput, responses=SimOutput)
    def archive(self, request: Request, iccid: str) -> Response:
        self.found(sims_in_list(), iccid=iccid)
        archive_sim(iccid, reason=self._reason("Archived"), by=self.by, at=clock.now())
        hurry_operations()
        return self._answer(iccid)

    def _reason(self, default: str) -> str:
        reason: str = self.validated(SimReasonInput).validated_data["reason"]
        return reason or default

    def _answer(self, iccid: str) -> Response:
        return Response(SimOutput(self.found(self.scoped(sims_in_list()), iccid=iccid)).data)


class SimServiceViewSet(SimViewSet):
    """Suspend and activate: the provider, and the company that has the SIM."""

    permission_classes = [AnyKey]

    @extend_schema(request=SimReasonInput, responses=SimOutput)
    def suspend(self, request: Request, iccid: str) -> Response:
        self.found(self.scoped(sims_in_list()), iccid=iccid)
        staff = self.principal.is_staff
        suspend_sim(
            iccid,
            reason=self._reason("Suspended by hand"),
            by=self.by,
            at=clock.now(),
            suspended_by=Sim.SuspendedBy.PROVIDER if staff else Sim.SuspendedBy.CUSTOMER,
        )
        hurry_operations()
        return self._answer(iccid)

    @extend_schema(request=SimReasonInput, responses=SimOutput)
    def activate(self, request: Request, iccid: str) -> Response:
        self.found(self.scoped(sims_in_list()), iccid=iccid)
        activate_sim(
            iccid,
            reason=self._reason("Activated by hand"),
            by=self.by,
            at=clock.now(),
            by_customer=not self.principal.is_staff,
        )
        hurry_operations()
        return self._answer(iccid)


urlpatterns = [
    path("sims/", SimViewSet.as_view({"get": "list", "post": "create"})),
    path("sims/<str:iccid>/", SimViewSet.as_view({"get": "retrieve"})),
    path("sims/<str:iccid>/assign/", SimViewSet.as_view({"post": "assign"})),
    path("sims/<str:iccid>/archive/", SimViewSet.as_view({"post": "archive"})),
    path("sims/<str:iccid>/suspend/", SimServiceViewSet.as_view({"post": "suspend"})),
    path("sims/<str:iccid>/activate/", SimServiceViewSet.as_view({"post": "activate"})),
]
