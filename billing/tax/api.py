"""`tax-rules/`: staff read and set them."""

from __future__ import annotations

import django_filters
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.permissions import StaffKey
from accounts.access.views import ApiViewSet
from billing.tax.actions import set_tax_rule
from billing.tax.models import TaxRule
from billing.tax.queries import rules
from billing.tax.serializers import TaxRuleInput, TaxRuleOutput
from config import clock


class TaxRuleFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?country=`, `?category=`."""

    class Meta:
        model = TaxRule
        fields = ["country", "category"]


class TaxRuleViewSet(ApiViewSet):
    """Rules of tax with their history: the last that has begun holds."""

    permission_classes = [StaffKey]
    filterset_class = TaxRuleFilter
    serializer_class = TaxRuleOutput
    queryset = TaxRule.objects.none()

    @extend_schema(operation_id="list_tax_rules", responses=TaxRuleOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(rules(), TaxRuleOutput)

    @extend_schema(
        operation_id="set_tax_rule", request=TaxRuleInput, responses={201: TaxRuleOutput}
    )
    def create(self, request: Request) -> Response:
        """It acts from its instant on and changes nothing earlier."""
        given = self.validated(TaxRuleInput).validated_data
        rule = set_tax_rule(**given, by=self.by, at=clock.now())
        return Response(TaxRuleOutput(rule).data, status=status.HTTP_201_CREATED)


urlpatterns = [path("tax-rules/", TaxRuleViewSet.as_view({"get": "list", "post": "create"}))]
