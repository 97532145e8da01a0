"""Reservations over the API."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import django_filters
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.idempotency import idempotent
from accounts.access.permissions import AnyKey
from accounts.access.views import ApiViewSet
from accounts.companies.models import Company
from billing.ledger.holds import extend_hold, place_hold, place_partial_hold, release_hold
from billing.ledger.models import Hold
from billing.metering.hold_serializers import (
    CommitInput,
    CommitOutput,
    ExtendInput,
    HoldInput,
    HoldOutput,
)
from billing.metering.reservations import (
    WrongMeasure,
    commit_amount,
    commit_quantity,
    extend_quantity,
    reserve_quantity,
    subscription_of,
)
from billing.metering.serializers import ChargeOutput
from config import clock


class HoldFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?company=`, `?status=`, `?subject=`, `?session=`."""

    class Meta:
        model = Hold
        fields = ["company", "status", "subject", "session"]


class HoldViewSet(ApiViewSet):
    """Money or a quantity set aside before use: reserve, extend, commit, release."""

    permission_classes = [AnyKey]
    filterset_class = HoldFilter
    serializer_class = HoldOutput
    queryset = Hold.objects.none()

    @extend_schema(operation_id="list_holds", responses=HoldOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(self.scoped(Hold.objects.select_related("account")), HoldOutput)

    @extend_schema(operation_id="read_hold", responses=HoldOutput)
    def retrieve(self, request: Request, hold_id: UUID) -> Response:
        return Response(HoldOutput(self._hold(hold_id)).data)

    @idempotent(required=True)
    @extend_schema(operation_id="place_hold", request=HoldInput, responses={201: HoldOutput})
    def create(self, request: Request) -> Response:
        """402 `insufficient_balance` with what is missing; `partial` grants what is left."""
        body = self.validated(HoldInput)
        hold = self._of_quantity(body) if body.is_of_quantity else self._of_money(body)
        return Response(HoldOutput(hold).data, status=status.HTTP_201_CREATED)

    @idempotent(required=True)
    @extend_schema(operation_id="commit_hold", request=CommitInput, responses=CommitOutput)
    def commit(self, request: Request, hold_id: UUID) -> Response:
        """Charge what was used; never refused, and the same charge however often it is called."""
        hold = self._hold(hold_id)
        used = self.validated(CommitInput).validated_data
        if "quantity" in used:
            hold, charge = commit_quantity(hold.pk, used["quantity"], at=clock.now())
        else:
            hold, charge = commit_amount(hold.pk, used["amount"], by=self.by, at=clock.now())
        return Response({**HoldOutput(hold).data, "charge": ChargeOutput(charge).data})

    @extend_schema(operation_id="extend_hold", request=ExtendInput, responses=HoldOutput)
    def extend(self, request: Request, hold_id: UUID) -> Response:
        """Set more aside, and give it time again."""
        hold, at = self._hold(hold_id), clock.now()
        more = self.validated(ExtendInput)
        fields = more.validated_data
        if "quantity" in fields:
            hold = extend_quantity(hold.pk, fields["quantity"], expires_in=more.time, at=at)
        elif hold.quantity is not None and "amount" in fields:
            raise WrongMeasure("quantity")
        else:
            money: Decimal = fields["amount"].amount if "amount" in fields else Decimal(0)
            hold = extend_hold(hold.pk, more=money, expires_in=more.time, at=at)
        return Response(HoldOutput(hold).data)

    @extend_schema(operation_id="release_hold", request=None, responses=HoldOutput)
    def release(self, request: Request, hold_id: UUID) -> Response:
        """Give back what is set aside."""
        return Response(HoldOutput(release_hold(self._hold(hold_id).pk, at=clock.now())).data)

    def _hold(self, hold_id: UUID) -> Hold:
        return self.found(self.scoped(Hold.objects.select_related("account")), pk=hold_id)

    def _of_quantity(self, body: HoldInput) -> Hold:
        at = clock.now()
        fields = body.validated_data
        return reserve_quantity(
            subscription_of(fields["subject"], company=fields.get("company"), at=at),
            fields["quantity"],
            session=body.purpose(),
            key=self.key,
            at=at,
            is_partial=fields["partial"],
        )

    def _of_money(self, body: HoldInput) -> Hold:
        at = clock.now()
        fields = body.validated_data
        company: Company = fields.get("company")
        subject = ""
        if "subject" in fields:
            subscription = subscription_of(fields["subject"], company=company, at=at)
            company, subject = subscription.company, subscription.subject
        place = place_partial_hold if fields["partial"] else place_hold
        session = body.purpose()
        return place(
            company,
            amount=fields["amount"],
            reference=session.reference,
            expires_in=session.expires_in,
            key=self.key,
            at=at,
            subject=subject,
            country=session.country,
            session=session.session,
        )


_one = "holds/<uuid:hold_id>/"
urlpatterns = [
    path("holds/", HoldViewSet.as_view({"get": "list", "post": "create"})),
    path(_one, HoldViewSet.as_view({"get": "retrieve"})),
    path(f"{_one}commit/", HoldViewSet.as_view({"post": "commit"})),
    path(f"{_one}extend/", HoldViewSet.as_view({"post": "extend"})),
    path(f"{_one}release/", HoldViewSet.as_view({"post": "release"})),
]
