"""`promo-codes/`: staff make them; `companies/{id}/promo-codes/`: companies redeem them."""

from __future__ import annotations

from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.views import ApiViewSet, CompanyViewSet
from billing.promotions.actions import create_promo_code, redeem
from billing.promotions.models import PromoCode, Redemption
from billing.promotions.queries import promo_codes, redemptions
from billing.promotions.serializers import (
    PromoCodeInput,
    PromoCodeOutput,
    RedeemInput,
    RedemptionOutput,
)
from config.clock import now


class PromoCodeViewSet(ApiViewSet):
    """Promo codes."""

    serializer_class = PromoCodeOutput
    queryset = PromoCode.objects.none()

    @extend_schema(operation_id="list_promo_codes", responses=PromoCodeOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(promo_codes(), PromoCodeOutput)

    @extend_schema(
        operation_id="create_promo_code", request=PromoCodeInput, responses={201: PromoCodeOutput}
    )
    def create(self, request: Request) -> Response:
        """A new code; it begins with the prefix of the feature configuration."""
        fields = self.validated(PromoCodeInput).validated_data
        code = create_promo_code(**fields, by=self.by, at=now())
        return Response(PromoCodeOutput(code).data, status=status.HTTP_201_CREATED)


class RedemptionViewSet(CompanyViewSet):
    """The codes that a company has redeemed."""

    serializer_class = RedemptionOutput
    queryset = Redemption.objects.none()

    @extend_schema(operation_id="list_redemptions", responses=RedemptionOutput(many=True))
    def list(self, request: Request, company_id: UUID) -> Response:
        return self.listed(redemptions().filter(company=self.company), RedemptionOutput)

    @extend_schema(
        operation_id="redeem_promo_code", request=RedeemInput, responses={201: RedemptionOutput}
    )
    def create(self, request: Request, company_id: UUID) -> Response:
        """Take a code: something off the next invoices, or a credit at once."""
        code = self.validated(RedeemInput).validated_data["code"]
        redemption = redeem(self.company, code, by=self.by, at=now())
        return Response(RedemptionOutput(redemption).data, status=status.HTTP_201_CREATED)


urlpatterns = [
    path("promo-codes/", PromoCodeViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "companies/<uuid:company_id>/promo-codes/",
        RedemptionViewSet.as_view({"get": "list", "post": "create"}),
    ),
]
