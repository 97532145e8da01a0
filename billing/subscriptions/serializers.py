"""What subscriptions look like over the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.companies.models import Company
from billing.catalog.models import Plan
from billing.profiles.models import BillingType
from billing.subscriptions.models import Subscription

SUBJECT = r"^[^\x00-\x1f\x7f]+\Z"


class SubscribeInput(serializers.Serializer[Any]):
    """A plan for a subject of a company; `keys` are further names its usage comes under."""

    company = serializers.PrimaryKeyRelatedField(queryset=Company.objects.all())
    plan = serializers.PrimaryKeyRelatedField(queryset=Plan.objects.select_related("meter"))
    subject = serializers.RegexField(SUBJECT, max_length=128)
    keys = serializers.ListField(
        child=serializers.RegexField(SUBJECT, max_length=128), required=False, max_length=20
    )
    starts_at = serializers.DateTimeField(required=False)


NOW, PERIOD_END = "now", "period_end"


class BillingTypeInput(serializers.Serializer[Any]):
    """Another billing type: now, with a closing invoice, or from the end of the open period on."""

    billing_type = serializers.ChoiceField(BillingType.choices)
    holds_from = serializers.ChoiceField([NOW, PERIOD_END], default=PERIOD_END)


class ChangePlanInput(serializers.Serializer[Any]):
    """Another plan, now or at an instant."""

    plan = serializers.PrimaryKeyRelatedField(queryset=Plan.objects.select_related("meter"))
    at = serializers.DateTimeField(required=False)


class CancelInput(serializers.Serializer[Any]):
    """The end, now or at an instant."""

    at = serializers.DateTimeField(required=False)


class SubscriptionOutput(serializers.ModelSerializer[Subscription]):
    """A subscription with its status and why."""

    keys = serializers.SerializerMethodField()

    class Meta:
        model = Subscription
        fields = [
            "id",
            "company",
            "plan",
            "version",
            "subject",
            "keys",
            "status",
            "status_reason",
            "stopped_by",
            "starts_at",
            "ends_at",
            "first_usage_at",
            "created_at",
        ]

    def get_keys(self, subscription: Subscription) -> list[str]:
        return sorted({binding.key for binding in subscription.keys.all()})
