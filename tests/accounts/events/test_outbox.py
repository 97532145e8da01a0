"""The outbox: positions in order of commit, handlers once each, failures tried again and seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event as Signal
from threading import Thread

import pytest
from django.db import connection, transaction

from accounts.companies.models import Company
from accounts.events import registry
from accounts.events.actions import publish, publish_positions
from accounts.events.handling import RETRY_AFTER, handle_next, try_again
from accounts.events.models import Event, Handling
from accounts.events.queries import failed_handlings, next_due_handling
from accounts.events.registry import on
from accounts.events.tasks import dispatch_outbox
from tests.accounts.access.client import Api
from tests.accounts.companies.rows import make_company

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_HANDLERS", {})


@pytest.fixture
def company(db: None) -> Company:
    return make_company()


def _publish(company: Company | None, number: int = 0, event_type: str = "trial.done") -> Event:
    with transaction.atomic():
        return publish(event_type, company=company, data={"number": number}, at=NOON)


def test_a_fact_is_published_in_its_own_transaction_only(transactional_db: None) -> None:
    with pytest.raises(RuntimeError, match="in the transaction"):
        publish("trial.done", company=None, data={}, at=NOON)


def test_positions_count_up_from_one(company: Company) -> None:
    first, second = _publish(company), _publish(company)
    assert publish_positions(at=NOON) == 2
    third = _publish(company)
    assert publish_positions(at=NOON) == 1
    assert publish_positions(at=NOON) == 0
    for event, position in ((first, 1), (second, 2), (third, 3)):
        event.refresh_from_db()
        assert event.position == position


def test_each_handler_acts_once_on_each_event(company: Company) -> None:
    seen: list[tuple[str, int]] = []

    @on("trial.done")
    def first(event: Event, *, at: datetime) -> None:
        seen.append(("first", event.data["number"]))

    @on("trial.done", "trial.other")
    def second(event: Event, *, at: datetime) -> None:
        seen.append(("second", event.data["number"]))

    _publish(company, 1)
    _publish(company, 2, "trial.other")
    dispatch_outbox(at=NOON)
    dispatch_outbox(at=NOON)
    assert sorted(seen) == [("first", 1), ("second", 1), ("second", 2)]


def test_what_a_handler_publishes_is_dispatched_too(company: Company) -> None:
    seen: list[str] = []

    @on("trial.done")
    def cause(event: Event, *, at: datetime) -> None:
        publish("trial.follows", company=event.company, data={}, at=at)

    @on("trial.follows")
    def follow(event: Event, *, at: datetime) -> None:
        seen.append(event.type)

    _publish(company)
    assert dispatch_outbox(at=NOON) == 4
    assert seen == ["trial.follows"]


def test_a_failing_handler_is_undone_alone_and_tried_again(company: Company) -> None:
    tries: list[datetime] = []

    @on("trial.done")
    def careful(event: Event, *, at: datetime) -> None:
        tries.append(at)
        make_company("made by a handler")
        if len(tries) < 3:
            raise ValueError("not yet")

    @on("trial.done")
    def steady(event: Event, *, at: datetime) -> None:
        make_company("made by another")

    _publish(company)
    at = NOON
    dispatch_outbox(at=at)
    assert Company.objects.filter(name="made by a handler").count() == 0
    assert Company.objects.filter(name="made by another").count() == 1
    failed = Handling.objects.get(status=Handling.Status.WAITING)
    assert (failed.error, failed.attempts) == ("ValueError: not yet", 1)
    for pause in RETRY_AFTER[:2]:
        assert next_due_handling(at) == at + pause
        dispatch_outbox(at=at + pause - timedelta(seconds=1))
        at += pause
        dispatch_outbox(at=at)
    assert len(tries) == 3
    assert Company.objects.filter(name="made by a handler").count() == 1
    assert not Handling.objects.exclude(status=Handling.Status.DONE).exists()


def test_a_handler_that_never_works_stays_visible(company: Company) -> None:
    @on("trial.done")
    def hopeless(event: Event, *, at: datetime) -> None:
        raise ValueError("never")

    _publish(company)
    at = NOON
    for pause in (timedelta(), *RETRY_AFTER):
        at += pause
        dispatch_outbox(at=at)
    (failed,) = failed_handlings()
    assert (failed.handler, failed.attempts) == ("test_outbox.hopeless", 8)
    try_again(failed, at=at)
    assert not failed_handlings().exists()


def test_a_handler_that_is_gone_is_not_forgotten_silently(company: Company) -> None:
    _publish(company)
    publish_positions(at=NOON)
    Handling.objects.create(handler="old.name", event=Event.objects.get(), next_attempt_at=NOON)
    dispatch_outbox(at=NOON)
    assert "No such handler" in Handling.objects.get().error


@pytest.mark.django_db(transaction=True)
def test_a_reader_never_passes_over_an_event_that_commits_late() -> None:
    """The first transaction publishes first and commits last: it gets the later position."""
    written, may_commit = Signal(), Signal()

    def slow() -> None:
        with transaction.atomic():
            publish("trial.slow", company=None, data={}, at=NOON)
            written.set()
            may_commit.wait(timeout=20)
        connection.close()

    thread = Thread(target=slow)
    thread.start()
    assert written.wait(timeout=20)
    _publish(None, event_type="trial.fast")
    publish_positions(at=NOON)
    seen = list(Event.objects.filter(position__gt=0).values_list("type", "position"))
    may_commit.set()
    thread.join(timeout=20)
    publish_positions(at=NOON)
    assert seen == [("trial.fast", 1)]
    assert Event.objects.get(type="trial.slow").position == 2


@pytest.mark.django_db(transaction=True)
def test_one_publisher_at_a_time_gives_positions() -> None:
    """While one publisher has not committed, another leaves the rows to it."""
    given, may_commit = Signal(), Signal()
    _publish(None, 1)

    def first_publisher() -> None:
        with transaction.atomic():
            publish_positions(at=NOON)
            given.set()
            may_commit.wait(timeout=5)
        connection.close()

    thread = Thread(target=first_publisher)
    thread.start()
    assert given.wait(timeout=20)
    _publish(None, 2)
    second = publish_positions(at=NOON)
    may_commit.set()
    thread.join(timeout=20)
    assert second == 0
    assert publish_positions(at=NOON) == 1
    positions = Event.objects.order_by("id").values_list("position", flat=True)
    assert list(positions) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_run_one_handler_twice() -> None:
    """While one worker is inside the handler, another passes over that piece of work."""
    begun, may_end = Signal(), Signal()
    seen: list[int] = []

    @on("trial.done")
    def slow(event: Event, *, at: datetime) -> None:
        seen.append(event.data["number"])
        if len(seen) == 1:
            begun.set()
            may_end.wait(timeout=5)

    _publish(None, 1)
    publish_positions(at=NOON)

    def first_worker() -> None:
        handle_next(at=NOON)
        connection.close()

    thread = Thread(target=first_worker)
    thread.start()
    assert begun.wait(timeout=20)
    found = handle_next(at=NOON)
    may_end.set()
    thread.join(timeout=20)
    assert not found
    assert seen == [1]


def test_events_are_read_by_position_and_by_company(
    company: Company, company_api: Callable[[Company], Api], staff_api: Api
) -> None:
    strange = make_company()
    for number, owner in enumerate((company, strange, company, None)):
        _publish(owner, number)
    publish_positions(at=NOON)
    api = company_api(company)
    assert [e["position"] for e in api.read("events/").json()["results"]] == [1, 3]
    assert [e["position"] for e in api.read("events/", after="1").json()["results"]] == [3]
    assert [e["position"] for e in staff_api.read("events/").json()["results"]] == [1, 2, 3, 4]
    page = staff_api.read("events/?limit=3").json()
    assert [e["position"] for e in staff_api.read(page["next"]).json()["results"]] == [4]
    event = api.read("events/", after="1").json()["results"][0]
    assert event["type"] == "trial.done"
    assert event["data"] == {"number": 2}
    assert event["created_at"] == "2024-05-01T12:00:00Z"
