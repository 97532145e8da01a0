"""Rates fetched from a server in the European Central Bank's format, and its faults."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.urls import reverse

from accounts.jobs.calc import next_slot
from billing.currencies.actions import fetch_rates
from billing.currencies.models import ExchangeRate, RateFetch
from billing.currencies.queries import FetchTrouble, fetch_trouble, next_fetch, rate_at
from billing.currencies.sources.ecb import EcbSource
from billing.currencies.tasks import refresh_exchange_rates
from config.schedule import job_named
from tests.billing.currencies.bank import RATES, bank, file_of
from tests.billing.currencies.world import rate, switch
from tests.config.staff.people import staff_client_of
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


def test_staff_see_since_when_rates_are_not_fetched_why_and_when_it_is_tried_next(
    settings: LazySettings,
) -> None:
    """A good fetch, then two failed ones: since the good one, and again at midnight (UTC)."""
    switch(on=True)
    staff = staff_client_of("administrator")
    listed = reverse("admin:billing_exchangerate_changelist")
    with bank(file_of(TODAY)) as address:
        settings.EXCHANGE_RATES_URL = address
        refresh_exchange_rates(at=NOW)
    assert fetch_trouble(at=NOW) is None
    assert "not fetched" not in staff.get(listed).content.decode()

    with bank(b"", status=503) as address:
        settings.EXCHANGE_RATES_URL = address
        for days in (1, 2):
            refresh_exchange_rates(at=NOW + timedelta(days=days))
    at = NOW + timedelta(days=2)
    trouble = fetch_trouble(at=at)
    midnight = datetime.combine(at.date() + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
    assert trouble == FetchTrouble(
        failed=2, since=NOW, problem="The source answered 503.", next_at=midnight
    )
    page = staff.get(listed).content.decode()
    assert "Exchange rates were not fetched since" in page
    assert "The source answered 503. Next try:" in page
    home = staff.get(reverse("admin:index")).content.decode()
    assert "<b>2</b> attempts to fetch exchange rates failed, none were fetched since" in home
    assert "The source answered 503. Next try:" in home

    with bank(file_of((NOW + timedelta(days=3)).date().isoformat())) as address:
        settings.EXCHANGE_RATES_URL = address
        refresh_exchange_rates(at=NOW + timedelta(days=3))
    assert "exchange rates failed" not in staff.get(reverse("admin:index")).content.decode()


def test_rates_that_were_never_fetched_and_a_source_that_was_taken_away(
    settings: LazySettings,
) -> None:
    switch(on=True)
    staff = staff_client_of("administrator")
    settings.EXCHANGE_RATES_URL = "http://127.0.0.1:9/none"
    refresh_exchange_rates(at=NOW)
    page = staff.get(reverse("admin:billing_exchangerate_changelist")).content.decode()
    assert "Exchange rates were never fetched: The source cannot be reached." in page
    settings.EXCHANGE_RATES_URL = ""
    assert fetch_trouble(at=NOW) is None


def test_the_next_try_is_when_the_job_runs_next() -> None:
    assert next_fetch(NOW) == next_slot(job_named("refresh_exchange_rates"), NOW)
