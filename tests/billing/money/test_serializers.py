"""Money in and out of the API."""

from __future__ import annotations

from decimal import Decimal

import pytest
from djmoney.money import Money
from rest_framework import serializers

from billing.money.serializers import AmountStringField, MoneyField


class Request(serializers.Serializer[None]):
    limit = AmountStringField(required=False, minimum=Decimal(0))
    amount = MoneyField(required=False, positive=True)


def errors_of(data: dict[str, object]) -> dict[str, object]:
    request = Request(data=data)
    assert not request.is_valid()
    return dict(request.errors)


def test_money_is_amount_and_currency_together() -> None:
    request = Request(data={"amount": {"amount": "475.00", "currency": "USD"}, "limit": "0.5"})
    assert request.is_valid(), request.errors
    assert request.validated_data == {"amount": Money("475.00", "USD"), "limit": Decimal("0.5")}


def test_money_goes_out_with_at_least_its_minor_units() -> None:
    field = MoneyField()
    assert field.to_representation(Money("12.5", "USD")) == {"amount": "12.50", "currency": "USD"}
    assert field.to_representation(Money("12", "JPY")) == {"amount": "12", "currency": "JPY"}
    assert field.to_representation(Money("0.004", "USD"))["amount"] == "0.004"


def test_a_bare_amount_goes_out_without_idle_zeros() -> None:
    assert AmountStringField().to_representation(Decimal("12.500000000000")) == "12.5"


@pytest.mark.parametrize("given", [12.5, 12, True, None, [], {}, "1e3", "NaN", "1.005", "", "-1"])
def test_a_bad_amount_is_named(given: object) -> None:
    errors = errors_of({"amount": {"amount": given, "currency": "USD"}})
    assert list(errors["amount"]) == ["amount"]  # type: ignore[call-overload]
    assert errors["amount"]["amount"][0].code == "invalid_amount"  # type: ignore[index]


@pytest.mark.parametrize("given", ["XXX", "usd", "", None, 840, [], "\ud800", "US\x00"])
def test_an_unknown_currency_is_named(given: object) -> None:
    errors = errors_of({"amount": {"amount": "1.00", "currency": given}})
    assert errors["amount"]["currency"][0].code == "unknown_currency"  # type: ignore[index]


@pytest.mark.parametrize("given", ["12.50", 12.5, [], True])
def test_money_without_a_currency_is_refused(given: object) -> None:
    assert "amount" in errors_of({"amount": given})


def test_a_missing_part_is_named() -> None:
    errors = errors_of({"amount": {"currency": "USD"}})
    assert errors["amount"]["amount"][0].code == "required"  # type: ignore[index]


@pytest.mark.parametrize("given", [1, 1.5, None, "NaN", "-0.01", "1e2", "0.0000000000001"])
def test_a_bad_amount_string_is_named(given: object) -> None:
    assert list(errors_of({"limit": given})) == ["limit"]


def test_yen_has_no_decimals() -> None:
    errors = errors_of({"amount": {"amount": "1.5", "currency": "JPY"}})
    assert errors["amount"]["amount"][0].code == "invalid_amount"  # type: ignore[index]
