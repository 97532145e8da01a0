"""`companies/{id}/recharges/`, `recharge-rule/` and `consumption-alert/`."""

from __future__ import annotations

from uuid import UUID

import django_filters
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.idempotency import idempotent
from accounts.access.views import CompanyViewSet
from billing.ledger.ranges import RANGE, read_range, within
from billing.payments.models import Payment
from billing.payments.rules import check_portal_payment, refusal_of
from billing.recharges.actions.attempts import attempt_at_once
from billing.recharges.actions.paying import card_to_charge, pay_now, refresh_recharge
from billing.recharges.actions.rules import set_alert, set_rule
from billing.recharges.models import Recharge
from billing.recharges.queries import alert_of, recharges, rule_of
from billing.recharges.serializers import (
    AlertInput,
    AlertOutput,
    PaidOutput,
    PayNowInput,
    RechargeOutput,
    RuleInput,
    RuleOutput,
    paid_answer,
)
from config.clock import now

WAITING = (Payment.Status.PENDING, Payment.Status.REQUIRES_ACTION)


class RechargeFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?trigger=`, `?status=` (several)."""

    status = django_filters.MultipleChoiceFilter(choices=Recharge.Status.choices)

    class Meta:
        model = Recharge
        fields = ["trigger"]


class RechargeViewSet(CompanyViewSet):
    """Recharges of a company, automatic and by hand."""

    filterset_class = RechargeFilter
    serializer_class = RechargeOutput
    queryset = Recharge.objects.none()

    @extend_schema(
        operation_id="list_recharges", parameters=RANGE, responses=RechargeOutput(many=True)
    )
    def list(self, request: Request, company_id: UUID) -> Response:
        asked = read_range(request.query_params.dict(), zone=self.company.zone)
        rows = within(recharges(self.company), asked, column="created_at")
        return self.listed(rows, RechargeOutput)

    @idempotent(required=True)
    @extend_schema(
        operation_id="pay_now",
        request=PayNowInput,
        responses={201: PaidOutput, 202: PaidOutput},
    )
    def create(self, request: Request, company_id: UUID) -> Response:
        """Pay now. 201: the money is there. 202: the customer has to confirm (`requires_action`),
        or the gateway has not answered yet (`charging`). 402 `card_declined` with the reason."""
        at = now()
        if not self.principal.is_staff:
            check_portal_payment(self.company, at=at)
        fields = self.validated(PayNowInput).validated_data
        card = card_to_charge(self.company, fields["payment_method"], at=at)
        recharge, payment = pay_now(
            self.company,
            amount=fields["amount"],
            card=card,
            key=self.key,
            by=self.by,
            at=at,
            pay_in=fields["payment_currency"],
        )
        if payment.status == Payment.Status.FAILED:
            raise refusal_of(payment)
        is_waiting = payment.status in WAITING
        return Response(
            PaidOutput(paid_answer(recharge, payment)).data,
            status=status.HTTP_202_ACCEPTED if is_waiting else status.HTTP_201_CREATED,
        )

    @extend_schema(operation_id="read_recharge", responses=RechargeOutput)
    def retrieve(self, request: Request, company_id: UUID, pk: UUID) -> Response:
        return Response(RechargeOutput(self.found(recharges(self.company), pk=pk)).data)

    @extend_schema(
        operation_id="refresh_recharge",
        request=None,
        responses={200: RechargeOutput},
    )
    def refresh(self, request: Request, company_id: UUID, pk: UUID) -> Response:
        """Ask the gateway now, for a customer who is back from the bank before the webhook."""
        recharge = self.found(recharges(self.company), pk=pk)
        refresh_recharge(recharge, at=now())
        return Response(RechargeOutput(self.found(recharges(self.company), pk=pk)).data)


class RuleViewSet(CompanyViewSet):
    """The rule for automatic recharge."""

    serializer_class = RuleOutput

    @extend_schema(operation_id="read_recharge_rule", responses=RuleOutput)
    def retrieve(self, request: Request, company_id: UUID) -> Response:
        rule = rule_of(self.company)
        if rule is None:
            raise NotFound
        return Response(RuleOutput(rule).data)

    @extend_schema(operation_id="set_recharge_rule", request=RuleInput, responses=RuleOutput)
    def update(self, request: Request, company_id: UUID) -> Response:
        """Save the rule. At or below its threshold already, a recharge is made at once."""
        fields, at = self.validated(RuleInput).validated_data, now()
        set_rule(self.company, **fields, by=self.by, at=at)
        attempt_at_once(self.company.pk, at=at)
        return Response(RuleOutput(rule_of(self.company)).data)


class AlertViewSet(CompanyViewSet):
    """The alert when consumption reaches a limit."""

    serializer_class = AlertOutput

    @extend_schema(operation_id="read_consumption_alert", responses=AlertOutput)
    def retrieve(self, request: Request, company_id: UUID) -> Response:
        alert = alert_of(self.company)
        if alert is None:
            raise NotFound
        return Response(AlertOutput(alert).data)

    @extend_schema(operation_id="set_consumption_alert", request=AlertInput, responses=AlertOutput)
    def update(self, request: Request, company_id: UUID) -> Response:
        fields = self.validated(AlertInput).validated_data
        alert = set_alert(self.company, **fields, by=self.by, at=now())
        return Response(AlertOutput(alert).data)


ONE_RECHARGE = "companies/<uuid:company_id>/recharges/<uuid:pk>/"

urlpatterns = [
    path(
        "companies/<uuid:company_id>/recharges/",
        RechargeViewSet.as_view({"get": "list", "post": "create"}),
    ),
    path(ONE_RECHARGE, RechargeViewSet.as_view({"get": "retrieve"})),
    path(f"{ONE_RECHARGE}refresh/", RechargeViewSet.as_view({"post": "refresh"})),
    path(
        "companies/<uuid:company_id>/recharge-rule/",
        RuleViewSet.as_view({"get": "retrieve", "put": "update"}),
    ),
    path(
        "companies/<uuid:company_id>/consumption-alert/",
        AlertViewSet.as_view({"get": "retrieve", "put": "update"}),
    ),
]
