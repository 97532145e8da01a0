"""`payments/`, `refunds/`, `companies/{id}/payment-methods/`, and the gateway's webhooks."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

import django_filters
from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access.exceptions import Refused
from accounts.access.idempotency import idempotent
from accounts.access.permissions import AnyKey, StaffWrites
from accounts.access.views import ApiViewSet, CompanyViewSet
from billing.ledger.ranges import RANGE, read_range, within
from billing.payments.actions.charging import confirm_payment
from billing.payments.actions.methods import add_method, remove_method
from billing.payments.actions.refunds import approve_refund, decline_refund, refund_payment
from billing.payments.actions.transfers import record_transfer
from billing.payments.actions.webhooks import receive_webhook
from billing.payments.exceptions import WebhookRefused
from billing.payments.gateways.registry import STRIPE
from billing.payments.models import Payment, PaymentMethod, Refund
from billing.payments.queries import saved_methods
from billing.payments.rules import check_portal_payment, check_refund_currency
from billing.payments.serializers import (
    PaymentMethodInput,
    PaymentMethodOutput,
    PaymentOutput,
    RefundInput,
    RefundOutput,
    TransferInput,
    WebhookOutput,
)
from config.clock import now

UTC = ZoneInfo("UTC")


class PaymentMethodViewSet(CompanyViewSet):
    """The saved cards of a company."""

    serializer_class = PaymentMethodOutput
    queryset = PaymentMethod.objects.none()

    @extend_schema(operation_id="list_payment_methods", responses=PaymentMethodOutput(many=True))
    def list(self, request: Request, company_id: UUID) -> Response:
        return self.listed(saved_methods(self.company), PaymentMethodOutput)

    @extend_schema(
        operation_id="add_payment_method",
        request=PaymentMethodInput,
        responses={201: PaymentMethodOutput},
    )
    def create(self, request: Request, company_id: UUID) -> Response:
        """Keep a card; 402 `card_declined` when the gateway refuses it."""
        fields = self.validated(PaymentMethodInput).validated_data
        self._check_switch()
        card = add_method(self.company, **fields, key=self.key, by=self.by, at=now())
        return Response(PaymentMethodOutput(card).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="remove_payment_method", responses={204: None})
    def destroy(self, request: Request, company_id: UUID, pk: UUID) -> Response:
        """Take the card away; it is not charged any more."""
        self._check_switch()
        card = self.found(saved_methods(self.company).select_related("company"), pk=pk)
        remove_method(card, by=self.by, at=now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _check_switch(self) -> None:
        if not self.principal.is_staff:
            check_portal_payment(self.company, at=now())


class PaymentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?company=`, `?status=`, `?method=`, `?purpose=`."""

    class Meta:
        model = Payment
        fields = ["company", "status", "method", "purpose"]


class PaymentViewSet(ApiViewSet):
    """Payments; staff record and refund them."""

    permission_classes = [StaffWrites]
    filterset_class = PaymentFilter
    serializer_class = PaymentOutput
    queryset = Payment.objects.none()

    @extend_schema(
        operation_id="list_payments", parameters=RANGE, responses=PaymentOutput(many=True)
    )
    def list(self, request: Request) -> Response:
        """Newest first; `from` and `to` are days in UTC, or instants."""
        asked = read_range(request.query_params.dict(), zone=UTC)
        rows = within(self._visible(), asked, column="created_at")
        return self.listed(rows, PaymentOutput)

    @idempotent(required=True)
    @extend_schema(
        operation_id="record_payment", request=TransferInput, responses={201: PaymentOutput}
    )
    def create(self, request: Request) -> Response:
        """Book money that came in by bank transfer, in cash or otherwise."""
        fields, at = self.validated(TransferInput).validated_data, now()
        payment = record_transfer(
            fields["company"],
            amount=fields["amount"],
            method=Payment.Method(fields["method"]),
            reference=fields["reference"],
            received_at=fields.get("received_at", at),
            key=self.key,
            by=self.by,
            at=at,
            top_up_invoice=fields["top_up_invoice"],
        )
        return Response(PaymentOutput(payment).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="read_payment", responses=PaymentOutput)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        return Response(PaymentOutput(self.found(self._visible(), pk=pk)).data)

    @idempotent(required=True)
    @extend_schema(
        operation_id="refund_payment", request=RefundInput, responses={201: RefundOutput}
    )
    def refund(self, request: Request, pk: UUID) -> Response:
        """Give money back; answers `proposed` when a second person has to approve."""
        payment = self.found(self._visible(), pk=pk)
        fields = self.validated(RefundInput).validated_data
        amount = fields.get("amount")
        if amount is not None:
            check_refund_currency(payment, amount)
        refund = refund_payment(
            payment,
            amount=None if amount is None else amount.amount,
            reason=fields["reason"],
            key=self.key,
            by=self.by,
            at=now(),
        )
        return Response(RefundOutput(refund).data, status=status.HTTP_201_CREATED)

    def _visible(self) -> QuerySet[Payment]:
        rows = Payment.objects.select_related("payment_method", "company", "exchange_rate")
        return self.scoped(rows)


class PaymentConfirmationViewSet(ApiViewSet):
    """3-D Secure for a payment that was tried without its customer."""

    permission_classes = [AnyKey]
    serializer_class = PaymentOutput
    queryset = Payment.objects.none()

    @extend_schema(operation_id="confirm_payment", request=None, responses=PaymentOutput)
    def confirm(self, request: Request, pk: UUID) -> Response:
        """Try the payment again with its customer present, who goes on at `redirect_url`."""
        rows = Payment.objects.select_related("payment_method", "company")
        payment = self.found(self.scoped(rows), pk=pk)
        return Response(PaymentOutput(confirm_payment(payment, at=now())).data)


class RefundFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?payment=`, `?status=`."""

    class Meta:
        model = Refund
        fields = ["payment", "status"]


class RefundViewSet(ApiViewSet):
    """Refunds; above `four_eyes_amount` two of the staff make them."""

    filterset_class = RefundFilter
    serializer_class = RefundOutput
    queryset = Refund.objects.none()

    @extend_schema(operation_id="list_refunds", responses=RefundOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(Refund.objects.all(), RefundOutput)

    @idempotent(required=True)
    @extend_schema(operation_id="approve_refund", request=None, responses=RefundOutput)
    def approve(self, request: Request, pk: UUID) -> Response:
        """Make it; not by the one who proposed it."""
        refund = approve_refund(self.found(Refund.objects.all(), pk=pk), by=self.by, at=now())
        return Response(RefundOutput(refund).data)

    @extend_schema(operation_id="decline_refund", request=None, responses=RefundOutput)
    def decline(self, request: Request, pk: UUID) -> Response:
        refund = decline_refund(self.found(Refund.objects.all(), pk=pk), by=self.by, at=now())
        return Response(RefundOutput(refund).data)


class StripeWebhookView(APIView):
    """Stripe's events. Any 2xx tells Stripe that the event is kept."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []

    @extend_schema(operation_id="stripe_webhook", request=None, responses=WebhookOutput)
    def post(self, request: Request) -> Response:
        """400 `invalid_webhook` unless the signature is Stripe's and fresh."""
        signature = request.headers.get("Stripe-Signature", "")
        try:
            receive_webhook(STRIPE, request._request.body, signature=signature, at=now())
        except WebhookRefused as refusal:
            raise Refused("invalid_webhook", str(refusal)) from refusal
        return Response({"received": True})


urlpatterns = [
    path(
        "companies/<uuid:company_id>/payment-methods/",
        PaymentMethodViewSet.as_view({"get": "list", "post": "create"}),
    ),
    path(
        "companies/<uuid:company_id>/payment-methods/<uuid:pk>/",
        PaymentMethodViewSet.as_view({"delete": "destroy"}),
    ),
    path("payments/", PaymentViewSet.as_view({"get": "list", "post": "create"})),
    path("payments/<uuid:pk>/", PaymentViewSet.as_view({"get": "retrieve"})),
    path("payments/<uuid:pk>/refund/", PaymentViewSet.as_view({"post": "refund"})),
    path("payments/<uuid:pk>/confirm/", PaymentConfirmationViewSet.as_view({"post": "confirm"})),
    path("refunds/", RefundViewSet.as_view({"get": "list"})),
    path("refunds/<uuid:pk>/approve/", RefundViewSet.as_view({"post": "approve"})),
    path("refunds/<uuid:pk>/decline/", RefundViewSet.as_view({"post": "decline"})),
    path("gateways/stripe/webhook/", StripeWebhookView.as_view()),
]
