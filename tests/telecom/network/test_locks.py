"""Two sessions at once, and one that dies."""

from __future__ import annotations

import pytest
from django.db import transaction

from telecom.network.actions.accrual import accrue, accrue_due
from telecom.network.actions.holding import acquire_address, release_instance
from telecom.network.calc import AddressKind
from telecom.network.models import Instance
from tests.books import faults
from tests.factories import BY, NOW, make_company
from tests.telecom.network.cloud import HOUR, D, amounts, make_instance, make_offering, make_prices
from tests.two_sessions import at_once, failures

pytestmark = pytest.mark.django_db(transaction=True)


def make_running() -> Instance:
    company = make_company(billing_type="postpaid", credit_limit=None)
    return make_instance(company, make_offering(), at=NOW)


def test_two_beats_charge_each_hour_once() -> None:
    instance = make_running()
    at = NOW + 4 * HOUR
    done = at_once(lambda: accrue_due(at=at), lambda: accrue_due(at=at))
    assert failures(done) == []
    assert sorted(done, key=str) == [0, 5]
    assert amounts(instance) == [D("0.1")] * 5
    assert faults() == []


def test_what_died_before_its_commit_is_charged_by_the_next() -> None:
    instance = make_running()
    with transaction.atomic():
        assert accrue([instance.company_id], at=NOW + HOUR) == 2
        transaction.set_rollback(True)
    assert amounts(instance) == []
    assert accrue_due(at=NOW + HOUR) == 2
    assert amounts(instance) == [D("0.1")] * 2


def test_a_second_default_address_waits_for_the_first_and_is_refused() -> None:
    make_prices()
    instance = make_running()

    def acquire() -> object:
        kind = AddressKind.DEFAULT
        return acquire_address(instance.company, kind=kind, instance=instance, by=BY, at=NOW)

    done = at_once(acquire, acquire)
    assert [str(each) for each in failures(done)] == ["web has its default address already."]


def test_a_release_and_an_accrual_wait_for_each_other() -> None:
    instance = make_running()
    at = NOW + 2 * HOUR
    done = at_once(
        lambda: accrue_due(at=at), lambda: bool(release_instance(instance.pk, by=BY, at=at))
    )
    assert failures(done) == []
    accrue_due(at=at + HOUR)
    assert len(amounts(instance)) in (2, 3)
    assert faults() == []
