"""`companies/{id}/top-up-invoices/`: asking for a prepayment, paying it by card, voiding it."""

from __future__ import annotations

from uuid import UUID

import django_filters
from django.http import HttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.idempotency import idempotent
from accounts.access.views import CompanyViewSet
from billing.ledger.ranges import RANGE, read_range, within
from billing.payments.models import Payment
from billing.payments.rules import check_portal_payment, refusal_of
from billing.recharges.actions.paying import card_to_charge
from billing.recharges.serializers import CardPaymentInput
from billing.topups.actions.issuing import issue_top_up_invoice, void_top_up_invoice
from billing.topups.actions.paying import WAITING, pay_top_up_invoice
from billing.topups.models import TopUpInvoice
from billing.topups.queries import top_up_pdf, top_ups
from billing.topups.serializers import (
    TopUpInput,
    TopUpInvoiceOutput,
    TopUpPaidOutput,
    TopUpVoidInput,
    top_up_paid_answer,
)
from config.clock import now


class TopUpInvoiceFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?status=` (several), `?number=`."""

    status = django_filters.MultipleChoiceFilter(choices=TopUpInvoice.Status.choices)

    class Meta:
        model = TopUpInvoice
        fields = ["number"]


class TopUpInvoiceViewSet(CompanyViewSet):
    """Top-up invoices of a company: demands for prepayment, no tax invoices."""

    filterset_class = TopUpInvoiceFilter
    serializer_class = TopUpInvoiceOutput
    queryset = TopUpInvoice.objects.none()

    @extend_schema(
        operation_id="list_top_up_invoices",
        parameters=RANGE,
        responses=TopUpInvoiceOutput(many=True),
    )
    def list(self, request: Request, company_id: UUID) -> Response:
        asked = read_range(request.query_params.dict(), zone=self.company.zone)
        rows = within(top_ups(self.company), asked, column="issued_at")
        return self.listed(rows, TopUpInvoiceOutput)

    @idempotent(required=True)
    @extend_schema(
        operation_id="issue_top_up_invoice",
        request=TopUpInput,
        responses={201: TopUpInvoiceOutput},
    )
    def create(self, request: Request, company_id: UUID) -> Response:
        """Issue one; it is mailed with the bank details. The balance rises when it is paid."""
        self._check_switch()
        amount = self.validated(TopUpInput).validated_data["amount"]
        invoice = issue_top_up_invoice(
            self.company, amount=amount, key=self.key, by=self.by, at=now()
        )
        return Response(self._shown(invoice.pk), status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="read_top_up_invoice", responses=TopUpInvoiceOutput)
    def retrieve(self, request: Request, company_id: UUID, pk: UUID) -> Response:
        return Response(self._shown(pk))

    @extend_schema(
        operation_id="read_top_up_invoice_pdf",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def pdf(self, request: Request, company_id: UUID, pk: UUID) -> HttpResponse:
        """The paper as it was issued."""
        invoice = self.found(top_ups(self.company), pk=pk)
        headers = {"Content-Disposition": f'inline; filename="{invoice.number}.pdf"'}
        return HttpResponse(top_up_pdf(invoice), content_type="application/pdf", headers=headers)

    @idempotent(required=True)
    @extend_schema(
        operation_id="pay_top_up_invoice",
        request=CardPaymentInput,
        responses={201: TopUpPaidOutput, 202: TopUpPaidOutput},
    )
    def pay(self, request: Request, company_id: UUID, pk: UUID) -> Response:
        """Charge a card with what is due. 201: the money is there. 202: the customer has to
        confirm (`requires_action`), or the gateway has not answered yet (`pending`). 402
        `card_declined` with the reason."""
        invoice, at = self.found(top_ups(self.company), pk=pk), now()
        self._check_switch()
        fields = self.validated(CardPaymentInput).validated_data
        card = card_to_charge(self.company, fields["payment_method"], at=at)
        payment = pay_top_up_invoice(
            invoice.pk,
            card=card,
            key=self.key,
            by=self.by,
            at=at,
            pay_in=fields["payment_currency"],
        )
        if payment.status == Payment.Status.FAILED:
            raise refusal_of(payment)
        return Response(
            TopUpPaidOutput(top_up_paid_answer(invoice.pk, payment)).data,
            status=(
                status.HTTP_202_ACCEPTED if payment.status in WAITING else status.HTTP_201_CREATED
            ),
        )

    @idempotent(required=True)
    @extend_schema(
        operation_id="void_top_up_invoice",
        request=TopUpVoidInput,
        responses=TopUpInvoiceOutput,
    )
    def void(self, request: Request, company_id: UUID, pk: UUID) -> Response:
        """Ask for it no more; only while nothing is paid of it."""
        invoice = self.found(top_ups(self.company), pk=pk)
        reason = self.validated(TopUpVoidInput).validated_data["reason"]
        void_top_up_invoice(invoice.pk, reason=reason, by=self.by, at=now())
        return Response(self._shown(pk))

    def _shown(self, pk: UUID) -> dict[str, object]:
        return dict(TopUpInvoiceOutput(self.found(top_ups(self.company), pk=pk)).data)

    def _check_switch(self) -> None:
        if not self.principal.is_staff:
            check_portal_payment(self.company, at=now())


ALL = "companies/<uuid:company_id>/top-up-invoices/"
ONE = f"{ALL}<uuid:pk>/"

urlpatterns = [
    path(ALL, TopUpInvoiceViewSet.as_view({"get": "list", "post": "create"})),
    path(ONE, TopUpInvoiceViewSet.as_view({"get": "retrieve"})),
    path(f"{ONE}pdf/", TopUpInvoiceViewSet.as_view({"get": "pdf"})),
    path(f"{ONE}pay/", TopUpInvoiceViewSet.as_view({"post": "pay"})),
    path(f"{ONE}void/", TopUpInvoiceViewSet.as_view({"post": "void"})),
]
