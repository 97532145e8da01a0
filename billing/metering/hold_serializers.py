"""What reservations look like over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from djmoney.money import Money
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.access.principals import Principal
from accounts.access.queries import visible_companies
from accounts.companies.models import Company
from billing.catalog.serializers import CountryCodeField
from billing.ledger.models import Hold
from billing.metering.calc import LARGEST_QUANTITY
from billing.metering.quotes import country_of
from billing.metering.reservations import Session
from billing.metering.serializers import ChargeOutput
from billing.money.calc import LEDGER_DECIMALS, minor_digits, plain
from billing.money.serializers import MONEY_SCHEMA, MoneyField

LONGEST_HOLD_SECONDS = 366 * 86400


class _Seconds(serializers.IntegerField):
    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=LONGEST_HOLD_SECONDS, **options)


class _Quantity(serializers.IntegerField):
    def __init__(self, *, least: int, **options: Any) -> None:
        super().__init__(min_value=least, max_value=LARGEST_QUANTITY, **options)


class HoldInput(serializers.Serializer[Any]):
    """An amount for a company or a subject, or a quantity for a subject."""

    company = serializers.PrimaryKeyRelatedField(queryset=Company.objects.all(), required=False)
    subject = serializers.CharField(max_length=128, required=False)
    amount = MoneyField(decimals=LEDGER_DECIMALS, positive=True, required=False)
    quantity = _Quantity(least=1, required=False)
    meter = serializers.CharField(max_length=64, required=False, default="")
    country = CountryCodeField(required=False, default="")
    plmn = serializers.RegexField(r"^[0-9]{5,6}\Z", required=False, default="")
    expires_in = _Seconds()
    reference = serializers.CharField(max_length=200)
    session = serializers.CharField(max_length=128, required=False, default="")
    partial = serializers.BooleanField(  # type: ignore[assignment]  # DRF names its own
        required=False, default=False
    )

    @property
    def is_of_quantity(self) -> bool:
        return "quantity" in self.validated_data

    def purpose(self) -> Session:
        """What the hold is for."""
        fields = self.validated_data
        return Session(
            reference=fields["reference"],
            expires_in=timedelta(seconds=fields["expires_in"]),
            session=fields["session"],
            country=country_of(fields["country"], fields["plmn"]),
            meter=fields["meter"],
        )

    def validate_company(self, company: Company) -> Company:
        """Only a company that the caller may know of."""
        principal = self._principal()
        if not visible_companies(principal).filter(pk=company.pk).exists():
            field = self.fields["company"]
            field.fail("does_not_exist", pk_value=company.pk)
        return company

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("amount" in attrs) == ("quantity" in attrs):
            raise serializers.ValidationError(
                {"amount": "Give an amount or a quantity."}, code="amount_or_quantity"
            )
        if "quantity" in attrs and "subject" not in attrs:
            raise serializers.ValidationError({"subject": "This field is required."}, "required")
        own = self._principal().company_id
        if own is not None:
            attrs["company"] = Company.objects.get(pk=own)
        if "subject" not in attrs and "company" not in attrs:
            raise serializers.ValidationError({"company": "This field is required."}, "required")
        return attrs

    def _principal(self) -> Principal:
        principal: Principal = self.context["request"].user
        return principal


class CommitInput(serializers.Serializer[Any]):
    """What was used, in the measure of the hold; an amount includes its tax."""

    amount = MoneyField(decimals=LEDGER_DECIMALS, required=False)
    quantity = _Quantity(least=0, required=False)

    def validate_amount(self, amount: Money) -> Money:
        if amount.amount < 0:
            raise serializers.ValidationError("The amount is below zero.", code="invalid_amount")
        return amount

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("amount" in attrs) == ("quantity" in attrs):
            raise serializers.ValidationError(
                {"amount": "Give an amount or a quantity."}, code="amount_or_quantity"
            )
        return attrs


class ExtendInput(serializers.Serializer[Any]):
    """More of the same, and how long it shall live from now; without more only the time."""

    amount = MoneyField(decimals=LEDGER_DECIMALS, positive=True, required=False)
    quantity = _Quantity(least=0, required=False)
    expires_in = _Seconds()

    @property
    def time(self) -> timedelta:
        return timedelta(seconds=self.validated_data["expires_in"])


class HoldOutput(serializers.ModelSerializer[Hold]):
    """A reservation. `granted` is what is set aside: a quantity, or money."""

    company = serializers.UUIDField(source="company_id")
    amount = serializers.SerializerMethodField()
    granted = serializers.SerializerMethodField()
    final = serializers.BooleanField(source="is_final")

    class Meta:
        model = Hold
        fields = [
            "id",
            "company",
            "status",
            "reference",
            "subject",
            "meter",
            "country",
            "session",
            "granted",
            "amount",
            "final",
            "placed_at",
            "expires_at",
            "ended_at",
        ]

    @extend_schema_field(MONEY_SCHEMA)
    def get_amount(self, hold: Hold) -> dict[str, str]:
        currency = hold.account.currency
        return {
            "amount": plain(hold.amount, at_least=minor_digits(currency)),
            "currency": currency,
        }

    @extend_schema_field({"oneOf": [{"type": "integer"}, MONEY_SCHEMA]})
    def get_granted(self, hold: Hold) -> int | dict[str, str]:
        return self.get_amount(hold) if hold.quantity is None else int(hold.quantity)


class CommitOutput(HoldOutput):
    """A committed reservation and its charge."""

    charge = ChargeOutput()

    class Meta:
        model = Hold
        fields = [*HoldOutput.Meta.fields, "charge"]
