"""A system that is away, wrong or poisoned: billing goes on, and all arrives once, in order."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings

from accounts.companies.actions import update_company
from accounts.events.tasks import dispatch_outbox
from billing.integrations.actions import (
    carry_out,
    claim_work,
    record_outcome,
    skip,
    try_again,
)
from billing.integrations.models import SyncWork, System
from billing.integrations.queries import next_sync_due, state_of
from billing.integrations.tasks import sync_systems
from billing.invoicing.models import Invoice
from features.actions import set_value
from tests.billing.integrations.server import Answer
from tests.billing.integrations.setting import (
    AT,
    MINUTE,
    bill,
    customer,
    open_labels,
    pay,
    settle,
    switch_on,
)
from tests.billing.integrations.whmcs_server import WhmcsServer
from tests.billing.invoicing.months import issue, rate
from tests.factories import BY
from tests.two_sessions import at_once

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_whmcs_is_down_for_two_months_and_then_all_arrives_once_in_order(
    whmcs: WhmcsServer,
) -> None:
    """Three customers are billed for March and April and pay half; WHMCS answers nothing."""
    switch_on()
    whmcs.is_down = True
    companies = [customer() for _ in range(3)]
    months = [(datetime(2026, month, 10, tzinfo=AT.tzinfo), month + 1) for month in (3, 4)]
    at = AT
    for used_at, following in months:
        at = datetime(2026, following, 2, 1, tzinfo=AT.tzinfo)
        for company in companies:
            rate(company, net="12", at=used_at)
            issue(company, at=at)
            pay(company, "6.00", at=at)
        for round_ in range(10):
            settle(at=at + round_ * 20 * MINUTE)
    assert Invoice.objects.count() == 6, "billing went on"
    assert whmcs.clients == {}
    assert set(whmcs.calls) == {"GetClients"}
    assert len(open_labels()) == 3 * 5, "a client, two invoices, two payments each"
    state = state_of(System.WHMCS)
    assert state.failing_since is not None
    assert state.failures >= 15
    whmcs.is_down = False
    whmcs.calls.clear()
    at += DAY
    settle(at=at)
    assert open_labels() == []
    assert len(whmcs.clients) == 3
    assert len(whmcs.invoices) == len(whmcs.transactions) == 6
    assert sum(whmcs.balance(key) for key in whmcs.invoices) == 6 * (12 - 6)
    numbers = list(Invoice.objects.order_by("issued_at").values_list("number", flat=True))
    for client in whmcs.clients:
        theirs = [row["notes"] for row in whmcs.invoices.values() if row["userid"] == client]
        ours = [f"Tollgate invoice {number}" for number in numbers]
        assert theirs == sorted(theirs, key=ours.index)
    assert state_of(System.WHMCS).failures == 0
    settle(at=at + DAY)
    assert len(whmcs.invoices) == len(whmcs.transactions) == 6


def test_a_system_that_is_away_is_asked_once_a_pause(whmcs: WhmcsServer) -> None:
    """At once, after 30 s, 1, 2, 5, 10 and then every 15 minutes."""
    switch_on()
    whmcs.is_down = True
    for _ in range(5):
        customer()
    asked: list[int] = []
    dispatch_outbox(at=AT)
    for second in range(0, 3600, 15):
        before = len(whmcs.calls)
        sync_systems(at=AT + timedelta(seconds=second))
        asked += [second] * (len(whmcs.calls) - before)
    assert asked == [0, 30, 90, 210, 510, 1110, 2010, 2910]


def test_wrong_keys_stop_all_and_say_so(whmcs: WhmcsServer, settings: LazySettings) -> None:
    switch_on()
    settings.WHMCS_SECRET = "wrong"
    bill(customer())
    settle()
    state = state_of(System.WHMCS)
    assert "403" in state.error
    assert "Invalid or missing credentials" in state.error
    assert "wrong" not in state.error
    settings.WHMCS_SECRET = "the-secret"
    settle(at=AT + MINUTE)
    assert open_labels() == []


def test_missing_keys_keep_the_work(whmcs: WhmcsServer, settings: LazySettings) -> None:
    switch_on()
    settings.WHMCS_SECRET = ""
    bill(customer())
    settle()
    assert whmcs.calls == []
    assert len(open_labels()) == 2


def test_what_is_refused_is_tried_less_and_less_then_daily_and_holds_up_its_company_alone(
    whmcs: WhmcsServer,
) -> None:
    """Refused at once, after 1 and 5 minutes, half an hour, 2 hours; from then on every day."""
    switch_on()
    stuck, other = customer(), customer()
    refused = Answer({"result": "error", "message": "Item amount is odd"})
    settle()
    whmcs.fail("CreateInvoice", "refuse", times=7, answer=refused)
    bill(stuck)
    tried: list[float] = []
    at = AT
    dispatch_outbox(at=at)
    while whmcs.count("CreateInvoice") < 7:
        before = whmcs.count("CreateInvoice")
        sync_systems(at=at)
        if whmcs.count("CreateInvoice") > before:
            tried.append((at - AT).total_seconds() / 60)
        work = SyncWork.objects.get(operation="invoice")
        at = work.next_attempt_at
    assert tried == [0, 1, 6, 36, 156, 1596, 3036]
    assert (work.status, work.error) == (
        "attention",
        "WHMCS refused CreateInvoice: Item amount is odd",
    )
    bill(other)
    settle(at=at - MINUTE)
    assert len(whmcs.invoices) == 1, "the other company is not held up"
    assert next_sync_due(at - MINUTE) == at
    settle(at=at)
    assert len(whmcs.invoices) == 2
    assert open_labels() == []


def test_staff_try_again_or_skip_and_what_waits_behind_goes_on(whmcs: WhmcsServer) -> None:
    switch_on()
    company = customer()
    settle()
    refused = Answer({"result": "error", "message": "No"})
    whmcs.fail("CreateInvoice", "refuse", times=2, answer=refused)
    invoice = bill(company)
    settle()
    work = SyncWork.objects.get(operation="invoice")
    try_again(work.pk, by=BY, at=AT)
    settle()
    assert whmcs.count("CreateInvoice") == 2
    skip(work.pk, reason="Made there by hand", by=BY, at=AT)
    pay(company, "12.00")
    settle()
    payment = SyncWork.objects.get(operation="payment")
    assert f"The invoice {invoice.number} is not known there." in payment.error
    work.refresh_from_db()
    assert (work.status, work.reason, work.skipped_by) == ("skipped", "Made there by hand", BY)


def test_one_poisoned_piece_does_not_hold_up_the_others(whmcs: WhmcsServer) -> None:
    """Whatever is asked for one customer's invoices ends in a 500."""
    switch_on()
    poisoned = customer()
    settle()
    healthy = [customer() for _ in range(3)]
    bill(poisoned)
    whmcs.poison = b"userid=1&"
    settle()
    for company in healthy:
        bill(company)
    settle(at=AT + MINUTE)
    settle(at=AT + 2 * MINUTE)
    assert len(whmcs.invoices) == 3
    assert [str(work.company) for work in SyncWork.objects.filter(status="waiting")] == [
        poisoned.name
    ]
    whmcs.poison = b""
    settle(at=AT + 10 * MINUTE)
    assert len(whmcs.invoices) == 4


def test_a_change_while_the_work_is_under_way_is_sent_after_it(whmcs: WhmcsServer) -> None:
    switch_on()
    company = customer()
    dispatch_outbox(at=AT)
    work = claim_work(System.WHMCS, at=AT)
    assert work is not None
    outcome = carry_out(work)
    update_company(company, {"city": "Bremen"}, by=BY, at=AT)
    dispatch_outbox(at=AT)
    record_outcome(work, outcome, at=AT)
    assert open_labels() == [f"Client {company.name}"]
    settle()
    assert whmcs.clients["1"]["city"] == "Bremen"
    assert open_labels() == []


def test_switched_off_the_queue_stands_still(whmcs: WhmcsServer) -> None:
    switch_on()
    whmcs.is_down = True
    bill(customer())
    settle()
    calls = len(whmcs.calls)
    set_value("whmcs_billing", value=False, by=BY, reason="Test", at=AT)
    whmcs.is_down = False
    settle(at=AT + DAY)
    assert len(whmcs.calls) == calls
    set_value("whmcs_billing", value=True, by=BY, reason="Test", at=AT + DAY)
    settle(at=AT + DAY)
    assert open_labels() == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_thing_once(whmcs: WhmcsServer) -> None:
    switch_on()
    for _ in range(4):
        bill(customer())
    dispatch_outbox(at=AT)
    at_once(lambda: sync_systems(at=AT), lambda: sync_systems(at=AT))
    settle()
    assert len(whmcs.clients) == len(whmcs.invoices) == 4
