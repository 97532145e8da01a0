"""`companies/{id}/suspend/` and `/reactivate/`. The company itself is `billing.profiles.api`."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.permissions import StaffKey
from accounts.access.views import CompanyViewSet
from accounts.companies.actions import reactivate_company, suspend_company
from accounts.companies.models import Company
from config.clock import now


class StatusSerializer(serializers.ModelSerializer[Company]):
    """Where the company stands, since when and why."""

    class Meta:
        model = Company
        fields = ["id", "name", "status", "status_reason", "status_changed_at"]


class ReasonSerializer(serializers.Serializer[dict[str, Any]]):
    reason = serializers.CharField(max_length=300)


class StatusViewSet(CompanyViewSet):
    """Staff stop a customer, and let it go on."""

    permission_classes = [StaffKey]

    @extend_schema(
        operation_id="suspend_company", request=ReasonSerializer, responses=StatusSerializer
    )
    def suspend(self, request: Request, company_id: str) -> Response:
        """Stop the customer; it may still sign in, read and pay."""
        reason = self.validated(ReasonSerializer).validated_data["reason"]
        company = suspend_company(self.company, reason=reason, by=self.by, at=now())
        return Response(StatusSerializer(company).data)

    @extend_schema(
        operation_id="reactivate_company", request=ReasonSerializer, responses=StatusSerializer
    )
    def reactivate(self, request: Request, company_id: str) -> Response:
        reason = self.validated(ReasonSerializer).validated_data["reason"]
        company = reactivate_company(self.company, reason=reason, by=self.by, at=now())
        return Response(StatusSerializer(company).data)


urlpatterns = [
    path("companies/<uuid:company_id>/suspend/", StatusViewSet.as_view({"post": "suspend"})),
    path("companies/<uuid:company_id>/reactivate/", StatusViewSet.as_view({"post": "reactivate"})),
]
