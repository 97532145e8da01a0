"""What SIMs look like over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers

from accounts.companies.models import Company
from accounts.people.models import User
from billing.catalog.models import Plan
from telecom.operators.models import Operator
from telecom.sims.models import Sim
from telecom.sims.queries import data_left_mb


class SimInput(serializers.Serializer[Any]):
    """A SIM for the stock."""

    iccid = serializers.RegexField(
        r"^[0-9]{19,20}\Z", error_messages={"invalid": "An ICCID has 19 or 20 digits."}
    )
    imsi = serializers.RegexField(
        r"^[0-9]{14,15}\Z",
        required=False,
        error_messages={"invalid": "An IMSI has 14 or 15 digits."},
    )
    msisdn = serializers.RegexField(
        r"^[0-9]{6,15}\Z",
        required=False,
        error_messages={"invalid": "An MSISDN has 6 to 15 digits, without + or spaces."},
    )
    eid = serializers.RegexField(
        r"^[0-9]{32}\Z", required=False, error_messages={"invalid": "An EID has 32 digits."}
    )
    operator = serializers.SlugRelatedField(
        slug_field="key", queryset=Operator.objects.all(), required=False, allow_null=True
    )
    labels = serializers.ListField(
        child=serializers.CharField(max_length=50), required=False, max_length=20
    )


class AssignInput(serializers.Serializer[Any]):
    """Which company and plan a SIM goes to, and from when (may lie in the past)."""

    company = serializers.PrimaryKeyRelatedField(queryset=Company.objects.all())
    plan = serializers.PrimaryKeyRelatedField(queryset=Plan.objects.select_related("meter"))
    end_user = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.all(), required=False, allow_null=True
    )


class AssignFromInput(AssignInput):
    """`from` is a Python keyword, so the field is added by name."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "from": serializers.DateTimeField(required=False)}


class SimReasonInput(serializers.Serializer[Any]):
    """Why; shown in the SIM's timeline."""

    reason = serializers.CharField(max_length=300, required=False, default="")


class SimOutput(serializers.ModelSerializer[Sim]):
    """A SIM with its status, why, and what is left of its data."""

    company = serializers.SerializerMethodField()
    plan = serializers.SerializerMethodField()
    operator = serializers.SerializerMethodField()
    data_left_mb = serializers.SerializerMethodField()
    expires_at = serializers.SerializerMethodField()

    class Meta:
        model = Sim
        fields = [
            "id",
            "iccid",
            "imsi",
            "msisdn",
            "eid",
            "operator",
            "labels",
            "status",
            "status_reason",
            "status_changed_at",
            "intended_status",
            "suspended_by",
            "company",
            "plan",
            "data_left_mb",
            "expires_at",
            "first_usage_at",
            "created_at",
        ]

    def get_company(self, sim: Sim) -> str | None:
        return str(sim.company_id) if sim.company_id else None

    def get_plan(self, sim: Sim) -> str | None:
        return str(sim.plan_id) if sim.plan_id else None

    def get_operator(self, sim: Sim) -> str | None:
        return sim.operator_id

    def get_data_left_mb(self, sim: Sim) -> int | None:
        return data_left_mb(sim)

    def get_expires_at(self, sim: Sim) -> datetime | None:
        return sim.subscription.ends_at if sim.subscription else None
