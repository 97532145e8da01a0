"""What usage and charges look like over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.companies.models import Company
from billing.metering.calc import source_label
from billing.metering.explanation import explain
from billing.metering.models import Charge, UsageReject
from billing.metering.rerating import Selection
from billing.money.calc import plain
from billing.money.serializers import AmountStringField

SOURCE = r"^(?!tollgate:)[^\x00-\x1f\x7f\ud800-\udfff]+\Z"
LONGEST_SOURCE = 64
MOST_RECORDS = 100_000


class SourceInput(serializers.Serializer[Any]):
    """Whose ids the records carry."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        source = serializers.RegexField(SOURCE, max_length=LONGEST_SOURCE)
        return {**super().get_fields(), "source": source}


class UsageInput(SourceInput):
    """The envelope; each record is judged by itself."""

    records = serializers.ListField(child=serializers.JSONField(), max_length=MOST_RECORDS)

    def to_internal_value(self, data: Any) -> Any:
        """Checks the envelope only: records are read one by one by the pipeline."""
        if not isinstance(data, dict):
            return super().to_internal_value(data)
        records = data.get("records")
        is_list = isinstance(records, list) and len(records) <= MOST_RECORDS
        fields = super().to_internal_value(data | {"records": []} if is_list else data)
        return fields | {"records": records}


class RecordSchema(serializers.Serializer[Any]):
    """One usage record."""

    id = serializers.CharField(max_length=200)
    subject = serializers.CharField(max_length=128, help_text="ICCID, IMSI, MSISDN or any subject.")
    started_at = serializers.DateTimeField()
    quantity = serializers.IntegerField(min_value=0, help_text="In the meter's base unit.")
    meter = serializers.CharField(max_length=64, required=False, help_text="Default: the plan's.")
    country = serializers.CharField(max_length=2, required=False)
    plmn = serializers.CharField(max_length=7, required=False, help_text="MCC and MNC.")
    session = serializers.CharField(max_length=128, required=False)
    imei = serializers.CharField(max_length=20, required=False)


class UsageSchema(serializers.Serializer[Any]):
    """The JSON body."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            "source": serializers.CharField(max_length=LONGEST_SOURCE),
            "records": RecordSchema(many=True),
        }


class RejectionOutput(serializers.Serializer[Any]):
    """A record that was refused, by its place among those sent."""

    index = serializers.IntegerField()
    id = serializers.CharField(source="external_id")
    code = serializers.CharField()
    detail = serializers.CharField()


class ChargeOutput(serializers.Serializer[Any]):
    """A charge; amounts in its currency, quantities in base units."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Charge.Kind.choices)
    record_id = serializers.CharField(source="external_id")
    source = serializers.SerializerMethodField()  # type: ignore[assignment]  # DRF names its own
    company = serializers.UUIDField(source="company_id")
    subscription = serializers.UUIDField(source="subscription_id", allow_null=True)
    subject = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF has one of its own
    meter = serializers.CharField(source="meter_id", allow_null=True)
    country = serializers.CharField()
    session = serializers.CharField()
    started_at = serializers.DateTimeField()
    rated_at = serializers.DateTimeField()
    quantity = serializers.IntegerField()
    from_allowance = serializers.IntegerField()
    billable = serializers.IntegerField()
    unit_price = serializers.SerializerMethodField()
    amount = AmountStringField()
    tax_percent = AmountStringField()
    tax = AmountStringField()
    currency = serializers.CharField(source="company.billing_profile.currency")
    plan_version = serializers.UUIDField(source="version_id", allow_null=True)
    exchange_rate = serializers.UUIDField(source="exchange_rate_id", allow_null=True)
    reverses = serializers.UUIDField(allow_null=True)

    def get_source(self, charge: Charge) -> str:
        return source_label(charge.source)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_unit_price(self, charge: Charge) -> str | None:
        """Per base unit; empty for tiered prices and fees."""
        return None if charge.unit_price is None else plain(charge.unit_price)


class ChargeInFullOutput(ChargeOutput):
    """A charge with how it came about and the feature values at the time of use."""

    features = serializers.SerializerMethodField()
    explanation = serializers.SerializerMethodField()

    def get_features(self, charge: Charge) -> dict[str, Any]:
        values: dict[str, Any] = charge.features.values
        return values

    def get_explanation(self, charge: Charge) -> list[str]:
        return explain(charge)


class UsageOutput(serializers.Serializer[Any]):
    """What became of the records: rated and committed."""

    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    conflicts = serializers.IntegerField()
    rejected = RejectionOutput(many=True)
    charges = ChargeOutput(many=True, required=False)


class RejectOutput(serializers.ModelSerializer[UsageReject]):
    """A record that waits for its correction."""

    record_id = serializers.CharField(source="external_id")
    source = serializers.SerializerMethodField()  # type: ignore[assignment]  # DRF names its own
    record = serializers.JSONField()

    class Meta:
        model = UsageReject
        fields = [
            "id",
            "source",
            "record_id",
            "company",
            "code",
            "detail",
            "record",
            "times",
            "first_at",
            "last_at",
        ]

    def get_source(self, reject: UsageReject) -> str:
        return source_label(reject.source)


class ReplayInput(serializers.Serializer[Any]):
    """Which rejects to rate again: all, or those of a code or a source, or these."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        required=False,
        max_length=10_000,
    )
    code = serializers.ChoiceField(
        choices=UsageReject._meta.get_field("code").choices or [], required=False
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        source = serializers.RegexField(SOURCE, max_length=LONGEST_SOURCE, required=False)
        return {**super().get_fields(), "source": source}


class RerateInput(serializers.Serializer[Any]):
    """Charges of a company or a source, by time of use: `from` until before `to`."""

    company = serializers.PrimaryKeyRelatedField(queryset=Company.objects.all(), required=False)
    to = serializers.DateTimeField()
    dry_run = serializers.BooleanField(required=False, default=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        source = serializers.RegexField(SOURCE, max_length=LONGEST_SOURCE, required=False)
        return {
            **super().get_fields(),
            "from": serializers.DateTimeField(),
            "source": source,
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("company" in attrs) == ("source" in attrs):
            raise serializers.ValidationError(
                {"company": "Give a company or a source."}, code="company_or_source"
            )
        if attrs["to"] <= attrs["from"]:
            raise serializers.ValidationError(
                {"to": "The range ends before it begins."}, code="invalid_time"
            )
        return attrs

    def selection(self) -> Selection:
        """Which charges are meant."""
        fields = self.validated_data
        return Selection(
            start=fields["from"],
            end=fields["to"],
            company=fields.get("company"),
            source=fields.get("source"),
        )


class RerateOutput(serializers.Serializer[Any]):
    """How many charges, and their sums without tax before and after."""

    charges = serializers.IntegerField()
    before = AmountStringField()
    after = AmountStringField()
