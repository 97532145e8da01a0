"""`companies/{id}/activation/`, `/verify/` and `/close/`: how a customer begins and ends."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.idempotency import idempotent
from accounts.access.permissions import StaffKey
from accounts.access.views import CompanyViewSet
from billing.onboarding.actions.closing import close_account
from billing.onboarding.actions.deposits import pay_deposit
from billing.onboarding.actions.signing_up import Confirmed, confirm_terms
from billing.onboarding.actions.verification import accept_company, refuse_company
from billing.onboarding.downloading import archive_answer
from billing.onboarding.queries import WAITING, closing_of, deposit_to_pay, sign_up_of
from billing.onboarding.serializers import (
    ActivationInput,
    CloseInput,
    ClosingOutput,
    SignUpOutput,
    VerifyInput,
)
from billing.payments.models import Payment
from billing.payments.rules import refusal_of
from billing.recharges.actions.paying import card_to_charge
from config.clock import now


class ActivationViewSet(CompanyViewSet):
    """A company that signed up confirms its terms and pays its deposit."""

    serializer_class = SignUpOutput

    @extend_schema(operation_id="read_activation", responses=SignUpOutput)
    def retrieve(self, request: Request, company_id: UUID) -> Response:
        """404 for a company that staff opened."""
        return Response(self._shown())

    @idempotent(required=True)
    @extend_schema(
        operation_id="activate_company",
        request=ActivationInput,
        responses={201: SignUpOutput, 202: SignUpOutput},
    )
    def create(self, request: Request, company_id: UUID) -> Response:
        """Confirm the terms and pay the deposit, if one is asked for. 201: the company is active.
        202: the customer has to confirm the payment, or the gateway has not answered yet. 402
        `card_declined`. 400 `billing_type_not_offered`, `contract_type_off`; 409 `not_pending`."""
        given, at = self.validated(ActivationInput).validated_data, now()
        terms: Confirmed = {
            "billing_type": given["billing_type"],
            "contract_type": given["contract_type"],
            "fixed_amount": given.get("fixed_amount"),
        }
        confirm_terms(self.company, terms, particulars={}, by=self.by, at=at)
        if deposit_to_pay(self.company, at=at) is None:
            return Response(self._shown(), status=status.HTTP_201_CREATED)
        card = card_to_charge(self.company, given["payment_method"], at=at)
        payment = pay_deposit(self.company, card=card, key=self.key, by=self.by, at=at)
        if payment.status == Payment.Status.FAILED:
            raise refusal_of(payment)
        waits = payment.status in WAITING
        code = status.HTTP_202_ACCEPTED if waits else status.HTTP_201_CREATED
        return Response(self._shown(), status=code)

    def _shown(self) -> dict[str, object]:
        found = sign_up_of(self.company)
        if found is None:
            raise NotFound
        return dict(SignUpOutput(found).data)


class VerificationViewSet(CompanyViewSet):
    """Staff verify a company that signed up, or refuse to."""

    permission_classes = [StaffKey]
    serializer_class = SignUpOutput

    @extend_schema(operation_id="verify_company", request=VerifyInput, responses=SignUpOutput)
    def verify(self, request: Request, company_id: UUID) -> Response:
        """Accepted: the deposit goes back to the card or to the balance, as the features say.
        Refused: it is kept and the company suspended, or closed if it was not active yet. The
        same decision again changes nothing; 409 `verification_decided` for the other one."""
        given = self.validated(VerifyInput).validated_data
        decide = accept_company if given["accepted"] else refuse_company
        decide(self.company, reason=given["reason"], by=self.by, at=now())
        found = sign_up_of(self.company)
        return Response(SignUpOutput(found).data)


class ClosingViewSet(CompanyViewSet):
    """The end of a company."""

    permission_classes = [StaffKey]
    serializer_class = ClosingOutput

    @idempotent(required=True)
    @extend_schema(operation_id="close_company", request=CloseInput, responses=ClosingOutput)
    def close(self, request: Request, company_id: UUID) -> Response:
        """The final invoice at once; what is left goes back to the cards it came from, the rest
        is noted for a bank transfer; services, SIMs and keys end. Closing again changes nothing."""
        reason = self.validated(CloseInput).validated_data["reason"]
        close_account(self.company, reason=reason, by=self.by, at=now())
        return Response(ClosingOutput(closing_of(self.company)).data)


class PersonalDataViewSet(CompanyViewSet):
    """All that is kept of a company and its people."""

    @extend_schema(
        operation_id="download_personal_data",
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def download(self, request: Request, company_id: UUID) -> FileResponse:
        """A ZIP of JSON and CSV; the audit trail keeps who took it."""
        return archive_answer(self.company, by=self.by, at=now())


urlpatterns = [
    path(
        "companies/<uuid:company_id>/personal-data/",
        PersonalDataViewSet.as_view({"get": "download"}),
    ),
    path("companies/<uuid:company_id>/close/", ClosingViewSet.as_view({"post": "close"})),
    path(
        "companies/<uuid:company_id>/activation/",
        ActivationViewSet.as_view({"get": "retrieve", "post": "create"}),
    ),
    path("companies/<uuid:company_id>/verify/", VerificationViewSet.as_view({"post": "verify"})),
]
