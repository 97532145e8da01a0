"""Rates: their direction, their history, and who may choose a currency."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.companies.models import Company
from billing.currencies.actions import kept, offer_currency, set_rate
from billing.currencies.exceptions import InvalidRate
from billing.currencies.models import Currency, ExchangeRate
from billing.currencies.queries import offered_currencies, rate_at, rate_of_period
from tests.accounts.access.client import Api, error_of
from tests.billing.currencies.world import rate, several_currencies, switch
from tests.factories import BY, LONG_AGO, NOW, make_company

pytestmark = pytest.mark.django_db
ApiOf = Callable[[Company], Api]
DAY = timedelta(days=1)


def units(base: str, currency: str) -> Decimal | None:
    found = rate_at(base, currency, at=NOW)
    return None if found is None else found.units_per_base


def test_a_rate_says_units_of_the_currency_for_one_of_the_base() -> None:
    several_currencies()
    assert units("USD", "EUR") == Decimal("0.92")
    assert units("EUR", "USD") == Decimal("1.086956521739130435")
    assert units("EUR", "JPY") == Decimal("163.043478260869565217")
    assert units("USD", "CHF") is None


def test_a_derived_rate_is_stored_when_it_is_used_and_only_once() -> None:
    several_currencies()
    found = rate_at("EUR", "JPY", at=NOW)
    assert found is not None
    first, second = kept(found), kept(found)
    assert first == second == rate_at("EUR", "JPY", at=NOW)
    assert (first.of_base, first.of_currency) == (
        rate_at("USD", "EUR", at=NOW),
        rate_at("USD", "JPY", at=NOW),
    )


def test_a_correction_is_a_later_revision_and_what_used_the_first_keeps_it() -> None:
    wrong = rate("EUR", "9.2")
    right = rate("EUR", "0.92")
    assert (wrong.revision, right.revision) == (0, 1)
    assert rate_at("USD", "EUR", at=NOW) == right
    wrong.refresh_from_db()
    assert wrong.units_per_base == Decimal("9.2")


def test_rates_are_appended_never_changed() -> None:
    found = rate("EUR", "0.92")
    for change in ({"units_per_base": Decimal(1)}, {"currency": "GBP"}):
        with pytest.raises(ProgrammingError), transaction.atomic():
            ExchangeRate.objects.filter(pk=found.pk).update(**change)
    with pytest.raises(ProgrammingError), transaction.atomic():
        found.delete()


def test_the_database_refuses_a_second_rate_for_an_instant() -> None:
    found = rate("EUR", "0.92")
    with pytest.raises(IntegrityError), transaction.atomic():
        ExchangeRate.objects.create(
            base="USD",
            currency="EUR",
            units_per_base=Decimal(1),
            valid_from=found.valid_from,
            source="manual",
            set_by=BY,
            set_at=NOW,
        )


def test_a_periods_rate_is_the_one_at_its_start_else_the_first_in_it() -> None:
    start, end = NOW, NOW + 30 * DAY
    rate("EUR", "0.95", at=NOW + 20 * DAY)
    rate("EUR", "0.94", at=NOW + 10 * DAY)
    found = rate_of_period("USD", "EUR", start=start, end=end)
    assert found is not None
    assert found.units_per_base == Decimal("0.94")
    rate("EUR", "0.93", at=NOW - DAY)
    found = rate_of_period("USD", "EUR", start=start, end=end)
    assert found is not None
    assert found.units_per_base == Decimal("0.93")
    assert rate_of_period("USD", "EUR", start=LONG_AGO, end=LONG_AGO + DAY) is None


@pytest.mark.parametrize("wrong", ["0", "-1", "0.0000000000000000001", "1000000000000"])
def test_a_rate_is_above_zero_and_within_reason(wrong: str) -> None:
    with pytest.raises(InvalidRate):
        rate("EUR", wrong)


def test_rates_are_given_of_another_currency_than_the_default_one() -> None:
    with pytest.raises(InvalidRate):
        rate("USD", "1")


def test_offered_are_the_default_currency_first_then_the_enabled_ones_in_their_order() -> None:
    assert offered_currencies(at=NOW) == ("USD",)
    switch(on=True)
    assert offered_currencies(at=NOW)[:3] == ("USD", "EUR", "GBP")
    offer_currency("EUR", is_enabled=False, by=BY, at=NOW)
    offer_currency("KWD", is_enabled=True, position=1, by=BY, at=NOW)
    assert offered_currencies(at=NOW)[:3] == ("USD", "KWD", "GBP")
    with pytest.raises(InvalidRate):
        offer_currency("USD", is_enabled=False, by=BY, at=NOW)


@pytest.mark.verifies("multi_currency", "on")
def test_the_api_sets_rates_and_lists_them_with_who_set_them(
    staff_api: Api, company_api: ApiOf
) -> None:
    switch(on=True)
    body = {"currency": "EUR", "units_per_base": "0.92", "valid_from": "2026-03-01T00:00:00Z"}
    made = staff_api.send("exchange-rates/", body)
    assert made.status_code == 201
    assert made.json()["base"] == "USD"
    own = company_api(make_company())
    [listed] = own.read("exchange-rates/?currency=EUR").json()["results"]
    assert listed["units_per_base"] == "0.92"
    assert listed["set_by"].startswith("key:")
    assert own.send("exchange-rates/", body).status_code == 403
    assert staff_api.send("currencies/", {"code": "TRY"}).status_code == 201
    codes = [row["code"] for row in own.read("currencies/?limit=100").json()["results"]]
    assert {"USD", "EUR", "TRY"} <= set(codes)
    refused = staff_api.send("exchange-rates/", {"currency": "USD", "units_per_base": "1"})
    assert error_of(refused) == (400, "invalid_rate", "currency")


@pytest.mark.verifies("multi_currency", "off")
def test_off_the_api_names_the_default_currency(staff_api: Api, company_api: ApiOf) -> None:
    company = {
        "name": "A",
        "email": "a@a.example",
        "category": "organization",
        "country": "DE",
        "timezone": "UTC",
        "billing_type": "prepaid",
        "currency": "EUR",
    }
    refused = staff_api.send("companies/", company)
    assert error_of(refused) == (400, "only_default_currency", "currency")
    assert refused.json()["errors"][0]["detail"] == "Only USD is accepted, not EUR."
    assert error_of(staff_api.send("currencies/", {"code": "TRY"}))[:2] == (
        403,
        "multi_currency_off",
    )
    own = make_company()
    chosen = {"display_currency": "EUR", "payment_currency": ""}
    answer = company_api(own).call("put", f"companies/{own.pk}/currencies/", chosen)
    assert error_of(answer) == (400, "only_default_currency", "display_currency")
    listed = company_api(own).read("currencies/").json()["results"]
    assert [row["code"] for row in listed] == ["USD"]


def test_off_what_a_company_has_stays(company_api: ApiOf, staff_api: Api) -> None:
    several_currencies()
    company = make_company(currency="EUR")
    chosen = {"display_currency": "GBP", "payment_currency": "EUR"}
    route = f"companies/{company.pk}/currencies/"
    answer = company_api(company).call("put", route, chosen)
    assert answer.json() == {"display_currency": "GBP", "payment_currency": ""}
    switch(on=False, at=NOW)
    assert company_api(company).call("put", route, chosen).status_code == 200
    changed = staff_api.call("patch", f"companies/{company.pk}/", {"minimum_balance": "-1"})
    assert changed.status_code == 200
    assert set_rate("EUR", units_per_base=Decimal("0.9"), valid_from=NOW, by=BY, at=NOW)


def test_another_company_neither_reads_nor_chooses(company_api: ApiOf) -> None:
    mine, other = make_company(), make_company()
    route = f"companies/{other.pk}/currencies/"
    assert company_api(mine).read(route).status_code == 404
    chosen = {"display_currency": "", "payment_currency": ""}
    assert company_api(mine).call("put", route, chosen).status_code == 404


def test_the_list_has_what_an_installation_begins_with() -> None:
    assert Currency.objects.filter(is_enabled=True).count() == 21
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM currency ORDER BY position LIMIT 2")
        assert cursor.fetchall() == [("USD",), ("EUR",)]
