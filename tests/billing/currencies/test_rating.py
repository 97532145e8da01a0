"""Usage and fees priced in another currency than the account's: worked examples."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.companies.models import Company
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.currencies.models import ExchangeRate
from billing.metering.explanation import explain
from billing.metering.fees import charge_due_fees
from billing.metering.models import Charge, PeriodTotal
from billing.metering.queries import charge_in_full
from billing.profiles.actions import change_terms
from billing.subscriptions.exceptions import CurrencyMismatch
from tests.accounts.access.client import Api
from tests.billing.currencies.world import rate, several_currencies, switch
from tests.books import faults
from tests.factories import BY, NOW, make_company, make_plan, make_subscription

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
MB = 1024 * 1024


def euro_company() -> Company:
    return make_company(currency="EUR", tax_percent=Decimal(20), minimum_balance=Decimal(-1000))


def use(api: Api, *records: tuple[str, str, int], subject: str = "s") -> dict[str, object]:
    body = {
        "source": "test",
        "records": [
            {"id": name, "subject": subject, "started_at": at, "quantity": mb * MB}
            for name, at, mb in records
        ],
    }
    answer: dict[str, object] = api.send("usage/", body).json()
    return answer


def charge(name: str) -> Charge:
    return charge_in_full().filter(external_id=name).order_by("-id")[0]


def test_a_price_in_dollars_is_converted_by_the_rate_of_the_period(staff_api: Api) -> None:
    """0.01 USD per MB, 1 USD = 0.92 EUR: 500 MB are 5 USD, 4.60 EUR, and 0.92 EUR of tax."""
    several_currencies()
    company = euro_company()
    make_subscription(company, subject="s")
    rate("EUR", "0.50", at=MARCH + timedelta(days=5))  # within the period: too late for it

    use(staff_api, ("a", "2026-03-10T10:00:00Z", 500))

    found = charge("a")
    assert (found.amount, found.tax) == (Decimal("4.60"), Decimal("0.92"))
    assert found.exchange_rate is not None
    assert found.exchange_rate.units_per_base == Decimal("0.92")
    assert found.unit_price == Decimal("0.01") * Decimal("0.92") / MB
    said = explain(found)
    assert any("charges 0.01 USD per MB" in sentence for sentence in said)
    assert "1 USD = 0.92 EUR, the rate of 2025-12-01 for this billing period." in said
    assert "In EUR that is 4.6 EUR." in said
    total = PeriodTotal.objects.get()
    assert (total.amount, total.exchange_rate) == (Decimal("4.60"), found.exchange_rate)
    assert faults() == []


def test_the_first_rate_within_a_period_serves_all_of_it(staff_api: Api) -> None:
    switch(on=True)
    company = euro_company()
    make_subscription(company, subject="s")
    rate("EUR", "0.90", at=MARCH + timedelta(days=14))
    rate("EUR", "0.80", at=MARCH + timedelta(days=20))
    use(staff_api, ("a", "2026-03-02T10:00:00Z", 100), ("b", "2026-03-25T10:00:00Z", 100))
    assert charge("a").amount == charge("b").amount == Decimal("0.90")


def test_without_a_rate_it_is_rejected_and_replayed_once_there_is_one(staff_api: Api) -> None:
    switch(on=True)
    company = euro_company()
    make_subscription(company, subject="s")
    make_subscription(make_company(minimum_balance=Decimal(-9)), subject="dollars")
    answer = use(staff_api, ("a", "2026-03-10T10:00:00Z", 100))
    assert (answer["accepted"], answer["rejected"]) == (
        0,
        [
            {
                "index": 0,
                "id": "a",
                "code": "no_rate",
                "detail": "No exchange rate into the currency of the company",
            }
        ],
    )
    assert use(staff_api, ("b", "2026-03-10T10:00:00Z", 100), subject="dollars")["accepted"] == 1

    rate("EUR", "0.92", at=NOW)
    replayed = staff_api.send("usage/rejected/replay/", {"source": "test"}, key="r")

    assert replayed.json()["accepted"] == 1
    assert charge("a").amount == Decimal("0.92")
    assert faults() == []


def test_a_fee_is_converted_and_stays_due_without_a_rate() -> None:
    """30 USD a month are 27.60 EUR by the rate of March."""
    switch(on=True)
    company = euro_company()
    terms = PlanTerms(prices=(PriceTerms(Decimal("0.01")),), fee=Decimal(30))
    make_subscription(company, make_plan(terms=terms), subject="s", at=MARCH)
    assert charge_due_fees(at=NOW) == 0
    rate("EUR", "0.92", at=NOW)
    assert charge_due_fees(at=NOW) == 1
    fee = Charge.objects.get()
    assert (fee.amount, fee.tax) == (Decimal("27.60"), Decimal("5.52"))
    assert fee.exchange_rate == ExchangeRate.objects.get()


def test_yen_and_dinars(staff_api: Api) -> None:
    """500 MB at 0.01 USD: 750 JPY, and 1.55 KWD."""
    several_currencies()
    for currency, amount in (("JPY", "750"), ("KWD", "1.55")):
        company = make_company(currency=currency, minimum_balance=Decimal(-9999))
        make_subscription(company, subject=currency)
        use(staff_api, (currency, "2026-03-10T10:00:00Z", 500), subject=currency)
        assert charge(currency).amount == Decimal(amount)


def test_another_currency_than_the_accounts_needs_the_feature() -> None:
    with pytest.raises(CurrencyMismatch):
        make_subscription(euro_company())


def test_the_account_may_change_its_currency_before_it_is_used(staff_api: Api) -> None:
    several_currencies()
    company = make_company(minimum_balance=Decimal(-9))
    make_subscription(company, subject="s")
    change_terms(company, {"currency": "EUR"}, by=BY, at=NOW)
    use(staff_api, ("a", "2026-03-10T10:00:00Z", 100))
    assert charge("a").amount == Decimal("0.92")
