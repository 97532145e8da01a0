"""Rates fetched from a server in the European Central Bank's format, and its faults."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings

from billing.currencies.actions import fetch_rates
from billing.currencies.models import ExchangeRate, RateFetch
from billing.currencies.queries import rate_at
from billing.currencies.sources.ecb import EcbSource
from billing.currencies.tasks import refresh_exchange_rates
from config.schedule import job_named
from tests.billing.currencies.bank import RATES, bank, file_of
from tests.billing.currencies.world import rate
from tests.factories import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date().isoformat()


def fetched(body: bytes, *, status: int = 200, delay_seconds: float = 0) -> RateFetch:
    with bank(body, status=status, delay_seconds=delay_seconds) as address:
        return fetch_rates(EcbSource(address, timeout_seconds=0.3), at=NOW)


def test_rates_of_the_euro_become_rates_of_the_dollar() -> None:
    """1 EUR is 1.0870 USD and 160.66 JPY: 1 USD is 1 / 1.0870 EUR and 160.66 / 1.0870 JPY."""
    done = fetched(file_of(TODAY))
    assert (done.problem, done.stored) == ("", 4)  # EUR, JPY, GBP, CHF
    euro, yen = rate_at("USD", "EUR", at=NOW), rate_at("USD", "JPY", at=NOW)
    assert euro is not None
    assert yen is not None
    assert euro.units_per_base == Decimal("0.919963201471941122")
    assert yen.units_per_base == Decimal("147.801287948482060718")
    assert (euro.source, euro.set_by, euro.quoted_on) == ("ecb", "system", NOW.date())
    assert euro.valid_from == NOW


def test_a_day_is_stored_once() -> None:
    fetched(file_of(TODAY))
    again = fetched(file_of(TODAY))
    assert (again.problem, again.stored) == ("", 0)
    assert ExchangeRate.objects.filter(currency="EUR").count() == 1


def test_what_the_source_does_not_quote_is_told() -> None:
    done = fetched(file_of(TODAY, RATES))
    assert "KWD" in done.missing
    assert "EUR" not in done.missing


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        (file_of(TODAY), 500, "The source answered 500."),
        (b"<html>no", 200, "The source's answer is not XML."),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", 200, "not in the expected format"),
        (b"<x/>", 200, "no day in it"),
        (file_of("yesterday"), 200, "The source's day is no date"),
        (file_of(TODAY, {"USD": "1,08"}), 200, "The source's rate of USD is no number."),
        (file_of(TODAY, {"USD": "0"}), 200, "The source's rate of USD is not above zero."),
        (file_of(TODAY, {"JPY": "160"}), 200, "does not quote USD, the default currency"),
        (file_of("2026-02-01"), 200, "The rates are old: of 2026-02-01."),
        (b"x" * 1_000_001, 200, "too long"),
    ],
)
def test_a_fault_is_kept_with_its_reason_and_the_rates_stay(
    body: bytes, status: int, problem: str
) -> None:
    before = rate("EUR", "0.92")
    done = fetched(body, status=status)
    assert problem in done.problem
    assert list(ExchangeRate.objects.all()) == [before]


def test_a_source_that_does_not_answer() -> None:
    assert fetched(file_of(TODAY), delay_seconds=0.6).problem == (
        "The source did not answer in time."
    )
    done = fetch_rates(EcbSource("http://127.0.0.1:9/none"), at=NOW)
    assert done.problem == "The source cannot be reached."


def test_the_job_fetches_from_the_address_of_the_environment(settings: LazySettings) -> None:
    assert refresh_exchange_rates(at=NOW) == 0
    assert not RateFetch.objects.exists()
    with bank(file_of(TODAY)) as address:
        settings.EXCHANGE_RATES_URL = address
        assert job_named("refresh_exchange_rates").run(at=NOW) == 4
        assert job_named("refresh_exchange_rates").run(at=NOW + timedelta(days=1)) == 0
