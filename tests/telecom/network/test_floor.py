"""At the floor hourly resources stop, and their hours; custom offerings run on a while."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.companies.actions import suspend_company
from accounts.events.tasks import dispatch_outbox
from billing.dunning.tasks import pursue_debts
from billing.ledger.queries import balance
from billing.subscriptions.actions import cancel
from billing.subscriptions.tasks import restore_services
from features.actions import set_value
from telecom.network.actions.accrual import accrue_due
from telecom.network.actions.holding import acquire_address, create_instance
from telecom.network.actions.offering import withdraw_offering
from telecom.network.calc import AddressKind
from telecom.network.exceptions import CompanyNotActive, OfferingCurrency, OfferingWithdrawn
from telecom.network.models import Instance
from tests.billing.invoicing.months import CLOSED_AT, issue, rate
from tests.books import faults
from tests.factories import BY, NOW, credit, make_company
from tests.telecom.network.cloud import (
    HOUR,
    amounts,
    live,
    make_address,
    make_instance,
    make_offering,
    make_prices,
)

pytestmark = pytest.mark.django_db
D = Decimal


def fresh(instance: Instance) -> Instance:
    return Instance.objects.select_related("subscription").get(pk=instance.pk)


def test_a_prepaid_company_at_its_floor_stops_and_comes_back_with_money() -> None:
    """0.30 lasts three hours at 0.10; two hours later 1.00 comes in."""
    company = make_company()
    credit(company, "0.30")
    instance = make_instance(company, make_offering(), at=NOW + timedelta(minutes=1))
    end = live(start=NOW, hours=5)
    assert amounts(instance) == [D("0.1")] * 3
    assert balance(company).balance == 0
    assert (fresh(instance).status, fresh(instance).next_hour_at) == ("stopped", None)
    credit(company, "1.00", at=end)
    restore_services(at=end + timedelta(minutes=5))
    dispatch_outbox(at=end + timedelta(minutes=5))
    assert fresh(instance).status == "running"
    live(start=end, hours=2)
    assert amounts(instance) == [D("0.1")] * 5
    assert faults() == []


def test_hours_rendered_before_a_stop_are_charged_after_it() -> None:
    """Nothing accrued from 12:00 on; at 15:30 the account was suspended; looked at at 20:00."""
    company = make_company(billing_type="postpaid", credit_limit=None)
    instance = make_instance(company, make_offering(), at=NOW + timedelta(minutes=1))
    at = NOW + timedelta(hours=3, minutes=30)
    suspend_company(company, reason="Fraud", by=BY, at=at)
    dispatch_outbox(at=at)
    dispatch_outbox(at=at)
    assert fresh(instance).status == "stopped"
    accrue_due(at=NOW + 8 * HOUR)
    assert amounts(instance) == [D("0.1")] * 3
    assert fresh(instance).next_hour_at is None


@pytest.mark.parametrize(
    ("is_custom", "percent", "hours"),
    [
        pytest.param(False, "10", 10, marks=pytest.mark.verifies("excess_cost_percent", "default")),
        pytest.param(True, "10", 11, marks=pytest.mark.verifies("excess_cost_percent", "default")),
        pytest.param(True, "50", 15, marks=pytest.mark.verifies("excess_cost_percent", "changed")),
        pytest.param(True, "0", 10, marks=pytest.mark.verifies("excess_cost_percent", "changed")),
    ],
)
def test_custom_offerings_run_on_past_the_credit_limit_by_a_share_of_it(
    *, is_custom: bool, percent: str, hours: int
) -> None:
    """A limit of 1.00 is reached after ten hours at 0.10; 10 % more is one hour more."""
    set_value("excess_cost_percent", value=percent, reason="Test", by=BY, at=NOW)
    company = make_company(billing_type="postpaid", credit_limit=D(1))
    offering = make_offering(is_custom=is_custom)
    instance = make_instance(company, offering, at=NOW + timedelta(minutes=1))
    end = live(start=NOW, hours=18)
    assert amounts(instance) == [D("0.1")] * hours
    assert fresh(instance).status == "stopped"
    restore_services(at=end)
    assert fresh(instance).status == "stopped"
    assert faults() == []


def test_beyond_the_limit_only_custom_offerings_run_and_come_back() -> None:
    """Limit 1.00, both at 0.10: after 5 hours −1.00; the custom one alone reaches −1.10."""
    company = make_company(billing_type="postpaid", credit_limit=D(1))
    plain = make_instance(company, make_offering(), at=NOW + timedelta(minutes=1))
    custom = make_instance(company, make_offering(is_custom=True), at=NOW + timedelta(minutes=1))
    end = live(start=NOW, hours=8)
    assert (len(amounts(plain)), len(amounts(custom))) == (5, 6)
    credit(company, "0.05", at=end)
    assert restore_services(at=end) == 1
    assert (fresh(plain).status, fresh(custom).status) == ("stopped", "running")


def test_an_ended_subscription_releases_what_it_is_for() -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    instance = make_instance(company, make_offering(), at=NOW + timedelta(minutes=1))
    end = live(start=NOW, hours=2)
    cancel(instance.subscription, at=end, by=BY, now=end)
    dispatch_outbox(at=end)
    assert fresh(instance).released_at == end
    live(start=end, hours=2)
    assert len(amounts(instance)) == 2


def test_what_is_unpaid_for_too_long_is_released() -> None:
    """Issued on 2 April, overdue on the 7th; the account's resources are deleted a day later."""
    set_value("resource_deletion_days", value=1, reason="Test", by=BY, at=NOW)
    company = make_company(billing_type="postpaid", credit_limit=None)
    make_prices()
    instance = make_instance(company, make_offering(), at=NOW)
    address = make_address(company, at=NOW)
    rate(company, net="12")
    issue(company)
    at = CLOSED_AT + timedelta(days=6)
    pursue_debts(at=at)
    dispatch_outbox(at=at)
    address.refresh_from_db()
    assert fresh(instance).status == "released"
    assert address.released_at is not None


def test_who_is_suspended_acquires_nothing() -> None:
    company = make_company()
    make_prices()
    offering = make_offering()
    suspend_company(company, reason="Fraud", by=BY, at=NOW)
    with pytest.raises(CompanyNotActive):
        create_instance(company, offering, name="x", by=BY, at=NOW)
    with pytest.raises(CompanyNotActive):
        acquire_address(company, kind=AddressKind.ADDITIONAL, by=BY, at=NOW)


def test_an_offering_is_for_companies_of_its_currency_while_it_is_on_offer() -> None:
    company = make_company()
    with pytest.raises(OfferingCurrency):
        create_instance(company, make_offering(currency="EUR"), name="x", by=BY, at=NOW)
    offering = make_offering()
    withdraw_offering(offering, by=BY, at=NOW)
    offering.refresh_from_db()
    with pytest.raises(OfferingWithdrawn):
        create_instance(company, offering, name="x", by=BY, at=NOW)
