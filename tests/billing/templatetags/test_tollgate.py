"""What templates say about money, time, state and size."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils import timezone, translation

from billing.invoicing.models import Invoice
from billing.payments.models import Payment
from billing.recharges.models import Recharge
from billing.templatetags import tollgate
from billing.templatetags.states import STATES, state_of
from billing.templatetags.wording import bytes_text, money_text, relative_text
from tests.factories import NOW


def test_a_negative_amount_has_a_minus_and_a_colour() -> None:
    shown = tollgate.money(Decimal("-1250.5"), "USD")
    assert "−$1,250.50" in shown
    assert "tg-negative" in shown


def test_the_exact_amount_stays_in_the_title() -> None:
    assert 'title="0.000219476 USD">$0.00<' in tollgate.money(Decimal("0.000219476"), "USD")


def test_what_rounds_to_nothing_has_no_minus() -> None:
    assert money_text(Decimal("-0.004"), "USD") == "$0.00"


def test_the_currency_is_written_as_the_locale_writes_it() -> None:
    assert money_text(Decimal(500), "JPY") == "¥500"
    with translation.override("de"):
        assert money_text(Decimal("1250.5"), "EUR") == "1.250,50\N{NO-BREAK SPACE}€"


def test_a_movement_says_in_or_out() -> None:
    assert "+$475.00" in tollgate.signed_money(Decimal(475), "USD")
    assert "−$0.12" in tollgate.signed_money(Decimal("-0.123"), "USD")
    assert "−$0.0023" in tollgate.signed_money(Decimal("-0.00234"), "USD")


def test_an_instant_is_shown_in_the_viewers_zone_and_names_it_on_hover() -> None:
    instant = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    with timezone.override(ZoneInfo("Europe/Berlin")):
        shown = tollgate.when(instant)
    assert ">1 Feb 2026, 00:30<" in shown
    assert "Europe/Berlin (UTC+01:00)" in shown


def test_how_far_away_an_instant_is() -> None:
    assert relative_text(NOW + timedelta(hours=2), at=NOW) == "in 2 hours"


def test_sizes_are_those_of_the_plans() -> None:
    assert bytes_text(1023) == "1,023 B"
    assert bytes_text(1_048_576) == "1 MB"
    assert bytes_text(1_610_612_736) == "1.5 GB"


def test_a_filter_leaves_the_address_and_the_page_begins_anew() -> None:
    query = QueryDict("status=paid&status=open&cursor=abc&q=inv")
    assert tollgate.without(query, "status", "paid") == "?q=inv&status=open"
    assert tollgate.without(query, "q") == "?status=paid&status=open"


def test_every_state_that_a_customer_can_see_has_its_look() -> None:
    for states in (Invoice.Status, Payment.Status, Recharge.Status):
        assert {state.value for state in states} <= STATES.keys()
    assert state_of("not_in_the_list").label == "Not in the list"
