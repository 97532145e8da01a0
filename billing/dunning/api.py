"""What happens to an unpaid invoice, and when, over the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.dunning.calc import StepKind
from billing.dunning.queries import timeline
from billing.invoicing.api import InvoiceViewSet
from billing.money.serializers import AmountStringField
from config import clock


class DunningStepOutput(serializers.Serializer[Any]):
    """A step; `number` is the how manieth reminder, or the days left at a warning; `late_fee` is
    what becoming overdue costs, before tax."""

    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in StepKind])
    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    late_fee = AmountStringField(allow_null=True)
    is_past = serializers.BooleanField()


class DunningOutput(serializers.Serializer[Any]):
    """What happens to an invoice while it is unpaid, in order of time."""

    steps = DunningStepOutput(many=True)


class DunningViewSet(InvoiceViewSet):
    """The steps of an invoice: those that were taken, and those that follow unless it is paid."""

    @extend_schema(operation_id="read_dunning", responses=DunningOutput)
    def timeline(self, request: Request, invoice_id: UUID) -> Response:
        steps = timeline(self._invoice(invoice_id), at=clock.now())
        return Response(DunningOutput({"steps": steps}).data)


urlpatterns = [
    path("invoices/<uuid:invoice_id>/dunning/", DunningViewSet.as_view({"get": "timeline"})),
]
