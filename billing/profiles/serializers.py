"""Companies and how they are billed, as the API reads and shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from django_countries import countries
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.companies.models import Company, validate_timezone
from billing.money.serializers import AmountStringField, CurrencyCodeField, read_currency
from billing.profiles.models import AccountPlan, BillingProfile, BillingType, ContractType

PARTICULARS = (
    "name",
    "legal_name",
    "email",
    "category",
    "country",
    "timezone",
    "address",
    "city",
    "postal_code",
    "tax_id",
    "language",
)
TERMS = (
    "billing_type",
    "contract_type",
    "fixed_amount",
    "account_plan",
    "currency",
    "display_currency",
    "payment_currency",
    "wallet_enabled",
    "minimum_balance",
    "credit_limit",
    "tax_percent",
    "billing_day",
    "invoice_emails",
)
MOST_INVOICE_EMAILS = 20


@extend_schema_field({"type": "string", "pattern": "^[A-Z]{2}$", "example": "DE"})
class CountryField(serializers.Field[str, str, str, str]):
    """An ISO 3166-1 alpha-2 code."""

    def to_internal_value(self, data: object) -> str:
        if isinstance(data, str) and data.upper() in countries:
            return data.upper()
        raise serializers.ValidationError(
            "This is not an ISO 3166 country code, such as DE.", code="unknown_country"
        )

    def to_representation(self, value: str) -> str:
        return str(value)


@extend_schema_field({"type": "string", "example": "Europe/Berlin"})
class TimeZoneField(serializers.Field[str, str, str, str]):
    """The name of a time zone of the IANA list."""

    def to_internal_value(self, data: object) -> str:
        try:
            validate_timezone(data if isinstance(data, str) else "")
        except ModelValidationError as error:
            raise serializers.ValidationError(
                "This is not the name of an IANA time zone, such as Europe/Berlin.",
                code="unknown_timezone",
            ) from error
        return str(data)

    def to_representation(self, value: str) -> str:
        return value


@extend_schema_field({"type": "string", "pattern": "^([A-Z]{3})?$", "example": "EUR"})
class ChosenCurrencyField(serializers.Field[str, str, str, str]):
    """An ISO 4217 code; empty is the account's own currency."""

    def to_internal_value(self, data: object) -> str:
        return "" if data == "" else read_currency(data)

    def to_representation(self, value: str) -> str:
        return value


class ChosenCurrencies(serializers.Serializer[BillingProfile]):
    """Amounts are shown in `display_currency` too; cards are charged in `payment_currency`."""

    display_currency = ChosenCurrencyField()
    payment_currency = ChosenCurrencyField()


class CompanyInput(serializers.Serializer[dict[str, Any]]):
    """A company and its terms. Amounts are strings in the company's currency."""

    name = serializers.CharField(max_length=200)
    legal_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254)
    category = serializers.ChoiceField(choices=Company.Category.choices)
    country = CountryField()
    timezone = TimeZoneField()
    address = serializers.CharField(max_length=300, required=False, allow_blank=True)
    city = serializers.CharField(max_length=120, required=False, allow_blank=True)
    postal_code = serializers.CharField(max_length=20, required=False, allow_blank=True)
    tax_id = serializers.CharField(max_length=40, required=False, allow_blank=True)
    language = serializers.RegexField(r"^[a-z]{2}(-[a-z]{2,4})?\Z", required=False)
    billing_type = serializers.ChoiceField(choices=BillingType.choices)
    contract_type = serializers.ChoiceField(choices=ContractType.choices, required=False)
    fixed_amount = AmountStringField(minimum=Decimal(0), required=False, allow_null=True)
    account_plan = serializers.CharField(
        max_length=64,
        required=False,
        allow_blank=True,
        allow_null=True,
        help_text="The key of an account plan in the same currency; empty or null is none.",
    )
    currency = CurrencyCodeField()
    display_currency = ChosenCurrencyField(required=False)
    payment_currency = ChosenCurrencyField(required=False)
    wallet_enabled = serializers.BooleanField(required=False)
    minimum_balance = AmountStringField(required=False)
    credit_limit = AmountStringField(
        minimum=Decimal(0), required=False, allow_null=True, help_text="null is unlimited"
    )
    tax_percent = AmountStringField(
        decimals=4,
        minimum=Decimal(0),
        maximum=Decimal(100),
        required=False,
        allow_null=True,
        help_text="null is the provider's default",
    )
    billing_day = serializers.IntegerField(min_value=1, max_value=31, required=False)
    invoice_emails = serializers.ListField(
        child=serializers.EmailField(max_length=254),
        required=False,
        max_length=MOST_INVOICE_EMAILS,
    )


class CompanyOutput(serializers.Serializer[BillingProfile]):
    """A company with its terms; shows a billing profile."""

    id = serializers.UUIDField(source="company_id")
    name = serializers.CharField(source="company.name")
    legal_name = serializers.CharField(source="company.legal_name")
    email = serializers.EmailField(source="company.email")
    category = serializers.ChoiceField(Company.Category.choices, source="company.category")
    status = serializers.ChoiceField(Company.Status.choices, source="company.status")
    status_reason = serializers.CharField(source="company.status_reason")
    country = CountryField(source="company.country")
    timezone = TimeZoneField(source="company.timezone")
    address = serializers.CharField(source="company.address")
    city = serializers.CharField(source="company.city")
    postal_code = serializers.CharField(source="company.postal_code")
    tax_id = serializers.CharField(source="company.tax_id")
    language = serializers.CharField(source="company.language")
    created_at = serializers.DateTimeField(source="company.created_at")
    billing_type = serializers.ChoiceField(BillingType.choices)
    next_billing_type = serializers.CharField(allow_blank=True)
    next_billing_type_from = serializers.DateTimeField(allow_null=True)
    contract_type = serializers.ChoiceField(ContractType.choices)
    fixed_amount = AmountStringField(allow_null=True)
    account_plan = serializers.CharField(source="account_plan_id", allow_null=True)
    currency = CurrencyCodeField()
    display_currency = ChosenCurrencyField()
    payment_currency = ChosenCurrencyField()
    wallet_enabled = serializers.BooleanField()
    minimum_balance = AmountStringField()
    credit_limit = AmountStringField(allow_null=True)
    tax_percent = AmountStringField(allow_null=True)
    billing_day = serializers.IntegerField()
    invoice_emails = serializers.ListField(child=serializers.EmailField())


class AccountPlanInput(serializers.Serializer[dict[str, Any]]):
    """What a company spends at least in a month, net. The amount is a string in the currency."""

    key = serializers.SlugField(max_length=64)
    title = serializers.CharField(max_length=120)
    currency = CurrencyCodeField()
    monthly_commitment = AmountStringField(minimum=Decimal(0))


class AccountPlanOutput(serializers.Serializer[AccountPlan]):
    key = serializers.CharField()
    title = serializers.CharField()
    currency = CurrencyCodeField()
    monthly_commitment = AmountStringField()
    created_at = serializers.DateTimeField()
