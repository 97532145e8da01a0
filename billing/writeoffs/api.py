"""`invoices/{id}/write-off/` and `write-offs/`: staff give an unpaid invoice up."""

from __future__ import annotations

from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.idempotency import idempotent
from accounts.access.views import ApiViewSet
from billing.invoicing.queries import invoices
from billing.invoicing.serializers import ReasonInput
from billing.writeoffs.actions import approve_write_off, decline_write_off, propose_write_off
from billing.writeoffs.models import WriteOff
from billing.writeoffs.queries import write_offs
from billing.writeoffs.serializers import WriteOffOutput
from config.clock import now


class WriteOffViewSet(ApiViewSet):
    """Invoices given up; above `four_eyes_amount` by two persons."""

    serializer_class = WriteOffOutput
    queryset = WriteOff.objects.none()

    @extend_schema(operation_id="list_write_offs", responses=WriteOffOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(write_offs(), WriteOffOutput)

    @extend_schema(
        operation_id="write_off_invoice", request=ReasonInput, responses={201: WriteOffOutput}
    )
    @idempotent(required=True)
    def create(self, request: Request, invoice_id: UUID) -> Response:
        """Give up what is due; answers `proposed` when a second person has to approve."""
        invoice = self.found(invoices(), pk=invoice_id)
        reason = self.validated(ReasonInput).validated_data["reason"]
        done = propose_write_off(invoice.pk, reason=reason, key=self.key, by=self.by, at=now())
        return Response(WriteOffOutput(done).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="approve_write_off", request=None, responses=WriteOffOutput)
    @idempotent(required=True)
    def approve(self, request: Request, pk: UUID) -> Response:
        """Book it; not by the one who proposed it."""
        found = self.found(write_offs(), pk=pk)
        return Response(WriteOffOutput(approve_write_off(found.pk, by=self.by, at=now())).data)

    @extend_schema(operation_id="decline_write_off", request=None, responses=WriteOffOutput)
    @idempotent(required=True)
    def decline(self, request: Request, pk: UUID) -> Response:
        found = self.found(write_offs(), pk=pk)
        return Response(WriteOffOutput(decline_write_off(found.pk, by=self.by, at=now())).data)


urlpatterns = [
    path("invoices/<uuid:invoice_id>/write-off/", WriteOffViewSet.as_view({"post": "create"})),
    path("write-offs/", WriteOffViewSet.as_view({"get": "list"})),
    path("write-offs/<uuid:pk>/approve/", WriteOffViewSet.as_view({"post": "approve"})),
    path("write-offs/<uuid:pk>/decline/", WriteOffViewSet.as_view({"post": "decline"})),
]
