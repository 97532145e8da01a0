"""What instances, addresses and their prices look like over the API."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.access.principals import Principal
from accounts.access.queries import scoped, visible_companies
from accounts.companies.models import Company
from billing.money.calc import plain
from billing.money.serializers import AmountStringField, CurrencyCodeField
from telecom.network.calc import AddressKind
from telecom.network.models import (
    ADDRESS_KINDS,
    Address,
    AddressPrice,
    Instance,
    Offering,
    Resource,
)
from telecom.network.pricing import Line, held_lines
from telecom.network.queries import held, instances

_ZERO = Decimal(0)
_DEAREST = Decimal(10**9)
_MOST_ADDRESSES = 100


class OfferingInput(serializers.Serializer[Any]):
    """A kind of instance, at a price per hour or at a fee per billing period."""

    name = serializers.CharField(max_length=100)
    hourly_price = AmountStringField(minimum=_ZERO, maximum=_DEAREST, required=False)
    monthly_fee = AmountStringField(minimum=_ZERO, maximum=_DEAREST, required=False)
    currency = CurrencyCodeField()
    custom = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "hourly_price" not in attrs and "monthly_fee" not in attrs:
            missing = {"hourly_price": "This field is required."}
            raise serializers.ValidationError(missing, "required")
        if "hourly_price" in attrs and "monthly_fee" in attrs:
            raise serializers.ValidationError(
                {"monthly_fee": "An offering costs by the hour or by the month."}, "hour_or_month"
            )
        return attrs


class OfferingOutput(serializers.ModelSerializer[Offering]):
    """A kind of instance and its price, before tax unless the prices of the account include it."""

    hourly_price = AmountStringField(allow_null=True)
    monthly_fee = AmountStringField(allow_null=True)
    custom = serializers.BooleanField(source="is_custom")
    plan = serializers.SerializerMethodField()

    class Meta:
        model = Offering
        fields = [
            "id",
            "name",
            "hourly_price",
            "monthly_fee",
            "currency",
            "custom",
            "is_on_offer",
            "plan",
            "created_at",
        ]

    def get_plan(self, offering: Offering) -> str:
        return str(offering.version.plan_id)


class AddressPriceInput(serializers.Serializer[Any]):
    """What an hour of an address costs from now on."""

    public = AmountStringField(minimum=_ZERO, maximum=_DEAREST)
    secondary = AmountStringField(minimum=_ZERO, maximum=_DEAREST)
    currency = CurrencyCodeField()


class AddressPriceOutput(serializers.ModelSerializer[AddressPrice]):
    """What an hour of an address costs in a currency."""

    public = AmountStringField()
    secondary = AmountStringField()

    class Meta:
        model = AddressPrice
        fields = ["public", "secondary", "currency", "effective_from"]


class _OfACompany(serializers.Serializer[Any]):
    """`company` is the caller's own unless a staff key names one."""

    company = serializers.PrimaryKeyRelatedField(queryset=Company.objects.all(), required=False)

    def validate_company(self, company: Company) -> Company:
        """Only a company that the caller may know of."""
        if not visible_companies(self._principal()).filter(pk=company.pk).exists():
            field = self.fields["company"]
            field.fail("does_not_exist", pk_value=company.pk)
        return company

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        own = self._principal().company_id
        if own is not None:
            attrs["company"] = Company.objects.get(pk=own)
        if "company" not in attrs:
            raise serializers.ValidationError({"company": "This field is required."}, "required")
        return attrs

    def _principal(self) -> Principal:
        principal: Principal = self.context["request"].user
        return principal


class InstanceInput(_OfACompany):
    """An instance to run."""

    offering = serializers.PrimaryKeyRelatedField(queryset=Offering.objects.all())
    name = serializers.CharField(max_length=100)


class AddressInput(_OfACompany):
    """An address to hold; default and secondary ones belong to an instance."""

    kind = serializers.ChoiceField(choices=ADDRESS_KINDS)
    instance = serializers.PrimaryKeyRelatedField(
        queryset=Instance.objects.all(), required=False, allow_null=True
    )

    def validate_instance(self, instance: Instance | None) -> Instance | None:
        """Only one that the caller may know of."""
        if instance is not None:
            mine = scoped(held(instances()), self._principal())
            if not mine.filter(pk=instance.pk).exists():
                self.fields["instance"].fail("does_not_exist", pk_value=instance.pk)
        return instance


class InstanceEstimateInput(_OfACompany):
    """An instance with its addresses: a default one unless said otherwise."""

    offering = serializers.PrimaryKeyRelatedField(queryset=Offering.objects.all())
    default_address = serializers.BooleanField(required=False, default=True)
    additional_addresses = serializers.IntegerField(
        required=False, default=0, min_value=0, max_value=_MOST_ADDRESSES
    )
    secondary_addresses = serializers.IntegerField(
        required=False, default=0, min_value=0, max_value=_MOST_ADDRESSES
    )


class AddressEstimateInput(_OfACompany):
    """An address beside those that the company holds."""

    kind = serializers.ChoiceField(
        choices=ADDRESS_KINDS, required=False, default=AddressKind.ADDITIONAL.value
    )


class EstimateLineOutput(serializers.Serializer[Any]):
    item = serializers.CharField()
    per_hour = AmountStringField()
    reason = serializers.CharField()


class EstimateDisplayOutput(serializers.Serializer[Any]):
    """The sums in the currency that the company likes to see: a guide at the rate of the day,
    `units_per_base` of it for one unit of the account's."""

    currency = serializers.CharField()
    per_hour = AmountStringField()
    per_month = AmountStringField()
    units_per_base = AmountStringField()
    valid_from = serializers.DateTimeField()


class EstimateOutput(serializers.Serializer[Any]):
    """What it would cost if it were acquired now: before tax, or with it where the prices of the
    account include it (`includes_tax`). A month is of 730 hours; of a monthly fee it is the fee."""

    per_hour = AmountStringField()
    per_month = AmountStringField()
    lines = EstimateLineOutput(many=True)
    currency = serializers.CharField()
    includes_tax = serializers.BooleanField()
    display = EstimateDisplayOutput(allow_null=True)


_RESOURCE = [
    "id",
    "company",
    "subject",
    "status",
    "status_reason",
    "held_from",
    "released_at",
]


class _ResourceOutput(serializers.ModelSerializer[Any]):
    company = serializers.SerializerMethodField()
    subject = serializers.CharField()
    status = serializers.ChoiceField(choices=Resource.Status.choices)
    status_reason = serializers.CharField()

    def get_company(self, resource: Resource) -> str:
        return str(resource.company_id)


class InstanceOutput(_ResourceOutput):
    """An instance; `subject` is what its charges go by."""

    offering = serializers.SerializerMethodField()

    class Meta:
        model = Instance
        fields = [*_RESOURCE, "name", "offering"]

    def get_offering(self, instance: Instance) -> str:
        return str(instance.offering_id)


class AddressOutput(_ResourceOutput):
    """An address: whether it is free in this hour, and why. Nothing is said once it is released."""

    instance = serializers.SerializerMethodField()
    per_hour = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()

    class Meta:
        model = Address
        fields = [*_RESOURCE, "kind", "instance", "per_hour", "reason"]

    def get_instance(self, address: Address) -> str | None:
        return str(address.instance_id) if address.instance_id else None

    @extend_schema_field(AmountStringField(allow_null=True))
    def get_per_hour(self, address: Address) -> str | None:
        line = self._line(address)
        return plain(line.per_hour) if line else None

    def get_reason(self, address: Address) -> str:
        line = self._line(address)
        return line.reason if line else ""

    def _line(self, address: Address) -> Line | None:
        lines: LinesByCompany = self.context["lines"]
        return lines.of(address)


class LinesByCompany:
    """What the addresses of companies cost at an instant, worked out once for each company."""

    def __init__(self, *, at: datetime) -> None:
        self._at = at
        self._lines: dict[UUID, dict[UUID, Line]] = {}

    def of(self, address: Address) -> Line | None:
        if address.company_id not in self._lines:
            self._lines[address.company_id] = held_lines(address.company, at=self._at)
        return self._lines[address.company_id].get(address.pk)
