"""What plans and zones look like over the API."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.companies.models import Company
from billing.catalog.calc import MB, UNITS
from billing.catalog.models import (
    Meter,
    Plan,
    PlanKind,
    PlanVersion,
    Price,
    RefillSize,
    VersionFee,
    Zone,
)
from billing.catalog.terms import FeeTerms, PlanTerms, PriceTerms, RefillTerms, TierTerms
from billing.money.calc import plain
from billing.money.serializers import AmountStringField, CurrencyCodeField

LARGEST_MB = 10**9
_ZERO = Decimal(0)


class CountryCodeField(serializers.RegexField):
    """Two letters; upper case or not."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^[A-Za-z]{2}\Z", **options)

    def to_internal_value(self, data: str) -> str:
        return str(super().to_internal_value(data)).upper()


class ZoneField(serializers.SlugRelatedField[Zone]):
    """A zone by its id or its name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(slug_field="name", queryset=Zone.objects.all(), **options)

    def to_internal_value(self, data: object) -> Zone:
        try:
            found = Zone.objects.filter(pk=UUID(data)).first() if isinstance(data, str) else None
        except ValueError:
            found = None
        return found or super().to_internal_value(data)


class TierInput(serializers.Serializer[Any]):
    """A tier starts where the one before ends: `up_to` in the price's unit, empty for the last."""

    up_to = AmountStringField(minimum=_ZERO, required=False, allow_null=True)
    per_unit = AmountStringField(minimum=_ZERO)


class PriceInput(serializers.Serializer[Any]):
    """One price; by default it holds in every country without a price of its own. What is
    blocked has none: a `per_unit` beside `blocked` is passed over."""

    meter = serializers.SlugField(max_length=64, required=False)
    country = CountryCodeField(required=False)
    zone = ZoneField(required=False, allow_null=True)
    per_unit = AmountStringField(minimum=_ZERO, required=False, allow_null=True)
    unit = serializers.ChoiceField(choices=Price.Unit.choices, required=False)
    tiers = serializers.ListField(child=TierInput(), required=False, max_length=100)
    tier_mode = serializers.ChoiceField(
        choices=[Price.TierMode.GRADUATED, Price.TierMode.VOLUME], required=False
    )
    blocked = serializers.BooleanField(required=False)
    currency = CurrencyCodeField(
        required=False,
        help_text="Another than the plan's: the same price for accounts in it.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "unit" not in attrs and not attrs.get("blocked"):
            raise serializers.ValidationError({"unit": "This field is required."}, code="required")
        return attrs


class RefillInput(serializers.Serializer[Any]):
    """Data or credit, for a price."""

    amount_mb = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    credit = AmountStringField(minimum=_ZERO, required=False)
    price = AmountStringField(minimum=_ZERO)


class FeeInput(serializers.Serializer[Any]):
    """The fees in another currency than the plan's, for accounts in it."""

    currency = CurrencyCodeField()
    fee = AmountStringField(minimum=_ZERO, required=False)
    activation_fee = AmountStringField(minimum=_ZERO, required=False)


class TermsInput(serializers.Serializer[Any]):
    """What a version of a plan fixes; amounts in the plan's currency."""

    prorated = serializers.BooleanField(required=False)
    fee = AmountStringField(minimum=_ZERO, required=False)
    fee_for = serializers.ChoiceField(choices=PlanVersion.FeeFor.choices, required=False)
    activation_fee = AmountStringField(minimum=_ZERO, required=False)
    included_mb = serializers.IntegerField(min_value=0, max_value=LARGEST_MB, required=False)
    included = serializers.IntegerField(
        min_value=0,
        max_value=LARGEST_MB * MB,
        required=False,
        help_text="Base units per period, for meters that do not count bytes.",
    )
    overage_price = AmountStringField(minimum=_ZERO, required=False, allow_null=True)
    validity_days = serializers.IntegerField(
        min_value=1, max_value=36500, required=False, allow_null=True
    )
    refills = serializers.ListField(child=RefillInput(), required=False, max_length=100)
    prices = serializers.ListField(child=PriceInput(), required=False, max_length=2000)
    increment = serializers.ChoiceField(choices=PlanVersion.Increment.choices, required=False)
    billing_starts = serializers.ChoiceField(
        choices=PlanVersion.BillingStarts.choices, required=False
    )
    effective_from = serializers.DateTimeField(required=False)
    fees = serializers.ListField(child=FeeInput(), required=False, max_length=200)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("included_mb") and attrs.get("included"):
            raise serializers.ValidationError(
                {"included": "Give included_mb or included, not both."}, code="duplicate"
            )
        return attrs

    def terms(self) -> PlanTerms:
        """The validated body as the actions take it."""
        return plan_terms(self.validated_data)


class PlanInput(TermsInput):
    """A plan with its first version."""

    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=PlanKind.choices)
    currency = CurrencyCodeField()
    meter = serializers.SlugField(max_length=64, required=False, default="data")
    operator = serializers.CharField(
        max_length=64, required=False, allow_null=True, allow_blank=True
    )
    companies = serializers.PrimaryKeyRelatedField(
        queryset=Company.objects.all(), many=True, required=False
    )
    labels = serializers.ListField(
        child=serializers.CharField(max_length=50), required=False, max_length=20
    )
    details = serializers.CharField(max_length=10_000, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        meter = Meter.objects.filter(key=attrs["meter"]).first()
        if attrs.get("included_mb") and meter is not None and meter.base_unit != "byte":
            raise serializers.ValidationError(
                {"included_mb": f"Meter {meter.key} does not count bytes."}, code="unit_mismatch"
            )
        return super().validate(attrs)


class ZoneInput(serializers.Serializer[Any]):
    """A name and its countries."""

    name = serializers.CharField(max_length=100)
    countries = serializers.ListField(child=CountryCodeField(), min_length=1, max_length=300)


class ZoneOutput(serializers.ModelSerializer[Zone]):
    """A named group of countries."""

    class Meta:
        model = Zone
        fields = ["id", "name", "countries"]


class MeterOutput(serializers.ModelSerializer[Meter]):
    """What is counted."""

    class Meta:
        model = Meter
        fields = ["key", "title", "base_unit"]


class TierOutput(serializers.Serializer[Any]):
    """From this many units on (cumulative in the period), a unit costs so much."""

    from_units = serializers.CharField()
    per_unit = serializers.CharField()


class PriceOutput(serializers.ModelSerializer[Price]):
    """A price as it was entered; `currency` is empty for the plan's own."""

    zone: serializers.SlugRelatedField[Zone] = serializers.SlugRelatedField(
        slug_field="name", read_only=True, allow_null=True
    )
    per_unit = AmountStringField(allow_null=True)
    tiers = serializers.SerializerMethodField()
    blocked = serializers.BooleanField(source="is_blocked")

    class Meta:
        model = Price
        fields = [
            "meter",
            "country",
            "zone",
            "per_unit",
            "unit",
            "tier_mode",
            "tiers",
            "blocked",
            "note",
            "currency",
        ]

    @extend_schema_field(TierOutput(many=True))
    def get_tiers(self, price: Price) -> list[dict[str, str]]:
        size = UNITS[price.unit].size
        ordered = sorted(price.tiers.all(), key=lambda tier: tier.from_quantity)
        return [
            {"from_units": plain(tier.from_quantity / size), "per_unit": plain(tier.per_unit)}
            for tier in ordered
        ]


class FeeOutput(serializers.ModelSerializer[VersionFee]):
    """The fees in another currency."""

    fee = AmountStringField()
    activation_fee = AmountStringField()

    class Meta:
        model = VersionFee
        fields = ["currency", "fee", "activation_fee"]


class RefillOutput(serializers.ModelSerializer[RefillSize]):
    """A refill on offer."""

    credit = AmountStringField(allow_null=True)
    price = AmountStringField()

    class Meta:
        model = RefillSize
        fields = ["amount_mb", "credit", "price"]


class VersionOutput(serializers.ModelSerializer[PlanVersion]):
    """What a plan costs from an instant on."""

    fee = AmountStringField()
    activation_fee = AmountStringField()
    overage_price = AmountStringField(allow_null=True)
    included = serializers.IntegerField()
    included_mb = serializers.SerializerMethodField()
    prices = PriceOutput(many=True)
    refills = RefillOutput(many=True)
    fees = FeeOutput(many=True, source="fees_given")

    class Meta:
        model = PlanVersion
        fields = [
            "id",
            "number",
            "effective_from",
            "prorated",
            "fee",
            "fee_for",
            "activation_fee",
            "included",
            "included_mb",
            "overage_price",
            "validity_days",
            "refills",
            "prices",
            "increment",
            "billing_starts",
            "fees",
        ]

    def get_included_mb(self, version: PlanVersion) -> int:
        return int(version.included) // MB


class PlanOutput(serializers.ModelSerializer[Plan]):
    """A plan with its versions, newest first. A company sees itself only among `companies`."""

    companies = serializers.SerializerMethodField()
    versions = VersionOutput(many=True)

    class Meta:
        model = Plan
        fields = [
            "id",
            "name",
            "kind",
            "currency",
            "meter",
            "operator",
            "companies",
            "labels",
            "details",
            "created_at",
            "versions",
        ]

    def get_companies(self, plan: Plan) -> list[str]:
        visible = self.context["visible_company"]
        ids = (company.pk for company in plan.companies.all())
        return [str(pk) for pk in ids if visible in (None, pk)]


def plan_terms(fields: dict[str, Any]) -> PlanTerms:
    """Validated fields → terms; what is absent takes its default."""
    renamed = {"prorated": "is_prorated"}
    plain_names = [
        "prorated",
        "fee",
        "fee_for",
        "activation_fee",
        "overage_price",
        "validity_days",
        "increment",
        "billing_starts",
        "effective_from",
    ]
    given = {renamed.get(name, name): fields[name] for name in plain_names if name in fields}
    return PlanTerms(
        **given,
        included=fields.get("included") or fields.get("included_mb", 0) * MB,
        refills=tuple(RefillTerms(**refill) for refill in fields.get("refills", ())),
        fees=tuple(FeeTerms(**fee) for fee in fields.get("fees", ())),
        prices=tuple(_price_terms(price) for price in fields.get("prices", ())),
    )


def _price_terms(fields: dict[str, Any]) -> PriceTerms:
    is_blocked = fields.get("blocked", False)
    passed_over = {"tiers", "blocked"} | ({"per_unit"} if is_blocked else set())
    return PriceTerms(
        **{name: fields[name] for name in fields if name not in passed_over},
        tiers=tuple(_tier_terms(fields.get("tiers", ()))),
        is_blocked=is_blocked,
    )


def _tier_terms(tiers: Iterable[dict[str, Any]]) -> Iterable[TierTerms]:
    """Each tier begins where the one before ended; only the last may be endless."""
    start: Decimal | None = _ZERO
    for tier in tiers:
        if start is None:
            raise serializers.ValidationError(
                {"prices": "Only the last tier may be without up_to."}, code="tiers_ascend"
            )
        yield TierTerms(from_units=start, per_unit=tier["per_unit"])
        start = tier.get("up_to")
