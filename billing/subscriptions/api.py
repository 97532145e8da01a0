"""Subscriptions over the API: staff write, companies read their own."""

from __future__ import annotations

from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.permissions import StaffWrites
from accounts.access.views import ApiViewSet
from billing.profiles.actions import change_terms
from billing.profiles.api import CompanyViewSet
from billing.profiles.serializers import CompanyOutput
from billing.subscriptions.actions import cancel, change_plan, subscribe
from billing.subscriptions.billing_types import change_with_period
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import subscriptions
from billing.subscriptions.serializers import (
    NOW,
    BillingTypeInput,
    CancelInput,
    ChangePlanInput,
    SubscribeInput,
    SubscriptionOutput,
)
from config import clock


class SubscriptionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?company=`, `?plan=`, `?subject=`, `?status=`."""

    class Meta:
        model = Subscription
        fields = ["company", "plan", "subject", "status"]


class SubscriptionViewSet(ApiViewSet):
    """Plans in force for subjects."""

    permission_classes = [StaffWrites]
    filterset_class = SubscriptionFilter
    serializer_class = SubscriptionOutput
    queryset = Subscription.objects.none()

    @extend_schema(operation_id="list_subscriptions", responses=SubscriptionOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(self._visible(), SubscriptionOutput)

    @extend_schema(
        operation_id="subscribe", request=SubscribeInput, responses={201: SubscriptionOutput}
    )
    def create(self, request: Request) -> Response:
        """Put a plan in force for a subject; 409 when the subject is taken in that time."""
        fields = self.validated(SubscribeInput).validated_data
        now = clock.now()
        subscription = subscribe(
            fields["company"],
            fields["plan"],
            subject=fields["subject"],
            keys=fields.get("keys", ()),
            at=fields.get("starts_at", now),
            by=self.by,
            now=now,
        )
        return self._answer(subscription.pk, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="read_subscription", responses=SubscriptionOutput)
    def retrieve(self, request: Request, subscription_id: UUID) -> Response:
        return self._answer(subscription_id)

    @extend_schema(
        operation_id="change_plan", request=ChangePlanInput, responses=SubscriptionOutput
    )
    def change_plan(self, request: Request, subscription_id: UUID) -> Response:
        """Rate by another plan from an instant on; use from before keeps the old one."""
        subscription = self.found(subscriptions(), pk=subscription_id)
        fields = self.validated(ChangePlanInput).validated_data
        now = clock.now()
        at = fields.get("at", now)
        change_plan(subscription, fields["plan"], at=at, by=self.by, now=now)
        return self._answer(subscription_id)

    @extend_schema(
        operation_id="cancel_subscription", request=CancelInput, responses=SubscriptionOutput
    )
    def cancel(self, request: Request, subscription_id: UUID) -> Response:
        """End a subscription; late usage from before its end is still rated."""
        subscription = self.found(subscriptions(), pk=subscription_id)
        fields = self.validated(CancelInput).validated_data
        now = clock.now()
        cancel(subscription, at=fields.get("at", now), by=self.by, now=now)
        return self._answer(subscription_id)

    def _visible(self) -> QuerySet[Subscription]:
        return self.scoped(subscriptions().prefetch_related("keys"))

    def _answer(self, subscription_id: UUID, *, status: int = status.HTTP_200_OK) -> Response:
        subscription = self.found(self._visible(), pk=subscription_id)
        return Response(SubscriptionOutput(subscription).data, status=status)


class BillingTypeViewSet(CompanyViewSet):
    """How a company pays, from now or from its next period on."""

    @extend_schema(
        operation_id="change_billing_type", request=BillingTypeInput, responses=CompanyOutput
    )
    def change(self, request: Request, company_id: str) -> Response:
        """`now` issues a closing invoice for what was used so far; positive funds stay. With
        `period_end` the present type takes back what was planned."""
        company = self.found(self._visible(), pk=company_id).company
        fields, at = self.validated(BillingTypeInput).validated_data, clock.now()
        to = fields["billing_type"]
        if fields["holds_from"] == NOW:
            change_terms(company, {"billing_type": to}, by=self.by, at=at)
        else:
            change_with_period(company, to, by=self.by, at=at)
        return self._company(company_id)

    def _company(self, company_id: str) -> Response:
        return Response(CompanyOutput(self.found(self._visible(), pk=company_id)).data)


_one = "subscriptions/<uuid:subscription_id>/"
urlpatterns = [
    path("subscriptions/", SubscriptionViewSet.as_view({"get": "list", "post": "create"})),
    path(_one, SubscriptionViewSet.as_view({"get": "retrieve"})),
    path(f"{_one}change-plan/", SubscriptionViewSet.as_view({"post": "change_plan"})),
    path(
        "companies/<uuid:company_id>/billing-type/",
        BillingTypeViewSet.as_view({"post": "change"}),
    ),
    path(f"{_one}cancel/", SubscriptionViewSet.as_view({"post": "cancel"})),
]
