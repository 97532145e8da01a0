"""At the floor, at the threshold, and the first usage."""

from __future__ import annotations

from decimal import Decimal

import pytest
from djmoney.money import Money

from accounts.companies.models import Company
from accounts.events.models import Event
from billing.catalog.models import PlanKind
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.subscriptions.models import Subscription
from billing.subscriptions.services import restore_above_floor, restore_services
from tests.billing.metering.usage import MB, money_of, record, send
from tests.factories import NOW, make_company, make_plan, make_subscription, pay_in

pytestmark = pytest.mark.django_db

ACTIVE, STOPPED = Subscription.Status.ACTIVE, Subscription.Status.STOPPED


def status(subject: str) -> str:
    return Subscription.objects.get(subject=subject).status


def events(kind: str) -> list[Event]:
    return list(Event.objects.filter(type=kind))


def test_a_new_prepaid_company_at_zero_is_stopped_by_its_first_record() -> None:
    make_subscription(make_company(), subject="sim")
    assert status("sim") == ACTIVE

    send(record("sim", MB))

    assert status("sim") == STOPPED
    assert len(events("account.exhausted")) == 1


def test_services_run_above_the_floor_and_stop_exactly_at_it() -> None:
    company = make_company(minimum_balance=Decimal(2))
    pay_in(company, Money(3, "USD"))
    make_subscription(company, subject="sim")

    send(record("sim", 99 * MB))
    assert (status("sim"), money_of(company)) == (ACTIVE, Decimal("2.01"))
    send(record("sim", 1 * MB))
    assert (status("sim"), money_of(company)) == (STOPPED, Decimal("2.00"))


def test_usage_of_a_stopped_service_is_charged_and_told_once() -> None:
    company = make_company()
    make_subscription(company, subject="sim")

    send(record("sim", MB))
    send(record("sim", MB))

    assert money_of(company) == Decimal("-0.02")
    assert len(events("account.exhausted")) == 1


def test_what_does_not_draw_on_the_balance_runs_on() -> None:
    company = make_company()
    terms = PlanTerms(overage_price=Decimal("0.01"))
    make_subscription(company, make_plan(kind=PlanKind.PAY_PER_MB, terms=terms), subject="bundle")
    make_subscription(company, subject="paygo")

    send(record("bundle", MB), record("paygo", MB))

    assert (status("bundle"), status("paygo")) == (ACTIVE, STOPPED)


@pytest.mark.parametrize(("limit", "expected"), [(Decimal(1), STOPPED), (None, ACTIVE)])
def test_credit_runs_to_its_limit_and_without_a_limit_forever(
    limit: Decimal | None, expected: str
) -> None:
    company = make_company(billing_type="postpaid", credit_limit=limit)
    make_subscription(company, subject="sim")

    send(record("sim", 100 * MB))

    assert status("sim") == expected


def test_money_above_the_floor_restores_what_the_system_stopped_and_nothing_else() -> None:
    company = make_company()
    make_subscription(company, subject="sim")
    by_hand = make_subscription(company, subject="by hand")
    Subscription.objects.filter(pk=by_hand.pk).update(
        status=STOPPED, stopped_by=Company.StoppedBy.PERSON
    )
    send(record("sim", 100 * MB))

    pay_in(company, Money(1, "USD"))
    assert restore_services(company, at=NOW) == 0  # 0.00 is at the floor
    pay_in(company, Money(1, "USD"))
    assert restore_above_floor(at=NOW) == 1

    assert (status("sim"), status("by hand")) == (ACTIVE, STOPPED)
    assert len(events("account.restored")) == 1
    assert restore_above_floor(at=NOW) == 0


def test_the_first_usage_of_a_subscription_is_told_once() -> None:
    subscription = make_subscription(make_company(), subject="sim", keys=["imsi"])

    send(record("imsi", 1), record("sim", 1))
    send(record("sim", 1))

    told = events("subscription.first_usage")
    assert [event.data["subscription"] for event in told] == [str(subscription.pk)]
    subscription.refresh_from_db()
    assert subscription.first_usage_at == NOW


def test_a_cheap_record_stops_nothing() -> None:
    company = make_company()
    pay_in(company, Money(100, "USD"))
    make_subscription(company, make_plan(PriceTerms(Decimal("0.01"))), subject="sim")

    send(record("sim", MB))

    assert status("sim") == ACTIVE
