"""Subscriptions: begin, move, end; whose a key is at which time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.access.exceptions import Refused
from accounts.companies.actions import suspend_company
from accounts.events.models import Event
from billing.catalog.actions import add_version
from billing.catalog.models import PlanKind
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.profiles.actions import change_terms
from billing.subscriptions.actions import (
    bind_keys,
    cancel,
    change_plan,
    end_due,
    move_due,
    subscribe,
    unbind_keys,
)
from billing.subscriptions.exceptions import SubjectTaken, SubscriptionEnded
from billing.subscriptions.models import SubjectKey, Subscription
from billing.subscriptions.queries import next_change_after, subscription_at
from billing.subscriptions.services import restore_services, stop_of_suspended
from tests.billing.metering.usage import amounts, counts, record, send
from tests.factories import BY, LONG_AGO, NOW, make_company, make_plan, make_subscription
from tests.two_sessions import at_once, failures

pytestmark = pytest.mark.django_db

A_DAY = timedelta(days=1)


def test_a_subject_stands_for_one_subscription_at_a_time() -> None:
    first = make_subscription(make_company(), subject="sim", keys=["imsi"])

    for key in ("sim", "imsi"):
        with pytest.raises(SubjectTaken):
            make_subscription(make_company(), subject=key, at=NOW)

    cancel(first, at=NOW, by=BY, now=NOW)
    second = make_subscription(make_company(), subject="sim", at=NOW)
    assert subscription_at("sim", at=NOW - A_DAY) == first
    assert subscription_at("sim", at=NOW) == second
    with pytest.raises(SubjectTaken):
        make_subscription(make_company(), subject="sim", at=NOW - A_DAY)


def test_usage_is_rated_by_the_plan_of_its_time() -> None:
    subscription = make_subscription(make_company(), make_plan(PriceTerms(Decimal("0.10"))))
    cheap = make_plan(PriceTerms(Decimal("0.01")))
    change_plan(subscription, cheap, at=NOW - A_DAY, by=BY, now=NOW)
    subject = subscription.subject

    send(record(subject, at=NOW - 2 * A_DAY), record(subject, at=NOW - A_DAY), record(subject))

    assert amounts() == [Decimal("0.10"), Decimal("0.01"), Decimal("0.01")]
    subscription.refresh_from_db()
    assert subscription.plan == cheap


def test_a_change_of_plan_may_lie_ahead() -> None:
    before = make_plan()
    subscription = make_subscription(make_company(), before)
    after = make_plan()

    change_plan(subscription, after, at=NOW + A_DAY, by=BY, now=NOW)

    subscription.refresh_from_db()
    assert (subscription.plan, next_change_after(NOW)) == (before, NOW + A_DAY)
    assert (move_due(at=NOW), move_due(at=NOW + A_DAY), move_due(at=NOW + A_DAY)) == (0, 1, 0)
    subscription.refresh_from_db()
    assert subscription.plan == after


def test_an_end_may_lie_ahead_and_late_usage_from_before_is_still_rated() -> None:
    subscription = make_subscription(make_company(), subject="sim")
    cancel(subscription, at=NOW + A_DAY, by=BY, now=NOW)

    assert (end_due(at=NOW), end_due(at=NOW + A_DAY)) == (0, 1)

    at = NOW + 2 * A_DAY
    result = send(record("sim", at=NOW), record("sim", at=NOW + A_DAY), at=at)
    assert counts(result) == (1, 0, 0, 1)
    with pytest.raises(SubscriptionEnded):
        cancel(subscription, at=at, by=BY, now=at)
    told = Event.objects.filter(type__startswith="subscription").order_by("id")
    assert [event.type for event in told] == [
        "subscription.started",
        "subscription.expired",
        "subscription.first_usage",
    ]


def test_keys_come_and_go() -> None:
    subscription = make_subscription(make_company(), subject="sim", keys=["old"])
    unbind_keys(subscription, ["old"], at=NOW, by=BY, now=NOW)
    bind_keys(subscription, ["new"], at=NOW, by=BY, now=NOW)

    result = send(
        record("old", at=NOW - A_DAY), record("old"), record("new", at=NOW - A_DAY), record("new")
    )

    assert [part.index for part in result.rejected] == [1, 2]


def test_a_version_keeps_its_subscriptions_until_they_are_moved() -> None:
    plan = make_plan(PriceTerms(Decimal("0.10")))
    make_subscription(make_company(), plan, subject="old")
    add_version(plan, terms=PlanTerms(prices=(PriceTerms(Decimal("0.20")),)), at=NOW - A_DAY, by=BY)
    make_subscription(make_company(), plan, subject="new", at=NOW)
    make_subscription(make_company(), plan, subject="backdated", at=NOW - 2 * A_DAY)

    send(record("old"), record("new"), record("backdated"))

    assert amounts() == [Decimal("0.10"), Decimal("0.20"), Decimal("0.10")]


def test_what_may_not_be_subscribed() -> None:
    company = make_company()
    designated = make_plan()
    designated.companies.add(make_company())
    euros = make_plan(currency="EUR")
    walletless = make_company()
    change_terms(walletless, {"wallet_enabled": False}, by=BY, at=NOW)

    refused = []
    for customer, plan, at in (
        (company, designated, NOW),
        (company, euros, NOW),
        (walletless, make_plan(kind=PlanKind.PAYGO), NOW),
        (company, make_plan(), LONG_AGO.replace(year=1999)),
        (company, make_plan(), NOW.replace(year=2099)),
    ):
        with pytest.raises(Refused) as caught:
            subscribe(customer, plan, subject="sim", at=at, by=BY, now=NOW)
        refused.append(caught.value.code)

    assert refused == [
        "plan_not_on_offer",
        "currency_mismatch",
        "wallet_off",
        "invalid_time",
        "invalid_time",
    ]
    assert not Subscription.objects.exists()


def test_a_suspended_company_has_no_service_until_it_is_reactivated() -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    make_subscription(company, subject="sim")

    suspend_company(company, reason="overdue", by=BY, at=NOW)
    assert (stop_of_suspended(company, at=NOW), restore_services(company, at=NOW)) == (1, 0)
    assert Subscription.objects.get().status_reason == "The account is suspended"


@pytest.mark.django_db(transaction=True)
def test_two_callers_never_bind_the_same_key() -> None:
    companies = [make_company(), make_company()]
    plan = make_plan()

    def bind(number: int) -> Subscription:
        return make_subscription(companies[number], plan, subject="sim", at=NOW)

    results = at_once(lambda: bind(0), lambda: bind(1))

    assert [type(error) for error in failures(results)] == [SubjectTaken]
    assert SubjectKey.objects.count() == 1
