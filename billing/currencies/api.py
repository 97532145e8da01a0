"""`currencies/` and `exchange-rates/`: anybody with a key reads them, staff set them."""

from __future__ import annotations

import django_filters
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.permissions import StaffWrites
from accounts.access.views import ApiViewSet
from billing.currencies.actions import offer_currency, set_rate
from billing.currencies.exceptions import MultiCurrencyOff
from billing.currencies.models import Currency, ExchangeRate
from billing.currencies.queries import (
    currencies,
    default_currency,
    is_multi_currency,
    offered_currencies,
    published_rates,
)
from billing.currencies.serializers import CurrencyInput, CurrencyOutput, RateInput, RateOutput
from config.clock import now


class CurrencyViewSet(ApiViewSet):
    """The currencies to choose from."""

    permission_classes = [StaffWrites]
    serializer_class = CurrencyOutput
    queryset = Currency.objects.none()

    @extend_schema(operation_id="list_currencies", responses=CurrencyOutput(many=True))
    def list(self, request: Request) -> Response:
        """Those on offer now, the default one always; staff see also what was taken off."""
        offered = offered_currencies(at=now())
        rows = currencies()
        if not (self.principal.is_staff and is_multi_currency(at=now())):
            rows = rows.filter(code__in=offered)
        return self.listed(rows, CurrencyOutput)

    @extend_schema(
        operation_id="offer_currency", request=CurrencyInput, responses={201: CurrencyOutput}
    )
    def create(self, request: Request) -> Response:
        """Put a currency on the list, move it, or take it off with `is_enabled` false. 403
        `multi_currency_off` while only the default currency is accepted."""
        fields, at = self.validated(CurrencyInput).validated_data, now()
        if not is_multi_currency(at=at):
            raise MultiCurrencyOff(default_currency(at=at))
        currency = offer_currency(
            fields["code"],
            is_enabled=fields["is_enabled"],
            position=fields.get("position"),
            by=self.by,
            at=at,
        )
        return Response(CurrencyOutput(currency).data, status=status.HTTP_201_CREATED)


class RateFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?currency=`, `?base=`."""

    currency = django_filters.CharFilter(max_length=3)
    base = django_filters.CharFilter(max_length=3)


class RateViewSet(ApiViewSet):
    """Exchange rates with their history."""

    permission_classes = [StaffWrites]
    filterset_class = RateFilter
    serializer_class = RateOutput
    queryset = ExchangeRate.objects.none()

    @extend_schema(operation_id="list_exchange_rates", responses=RateOutput(many=True))
    def list(self, request: Request) -> Response:
        """Newest first."""
        return self.listed(published_rates(), RateOutput)

    @extend_schema(operation_id="set_exchange_rate", request=RateInput, responses={201: RateOutput})
    def create(self, request: Request) -> Response:
        """Append a rate; for an instant that has one it is a correction. Also while several
        currencies are off: accounts in another one go on, and need it."""
        fields, at = self.validated(RateInput).validated_data, now()
        rate = set_rate(
            fields["currency"],
            units_per_base=fields["units_per_base"],
            valid_from=fields.get("valid_from", at),
            by=self.by,
            at=at,
        )
        return Response(RateOutput(rate).data, status=status.HTTP_201_CREATED)


urlpatterns = [
    path("currencies/", CurrencyViewSet.as_view({"get": "list", "post": "create"})),
    path("exchange-rates/", RateViewSet.as_view({"get": "list", "post": "create"})),
]
