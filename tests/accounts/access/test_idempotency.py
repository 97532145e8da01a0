"""A write that is repeated with its key happens once and answers as the first time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from accounts.access.idempotency import LEASE
from accounts.access.leases import finish, forget_old_keys, reserve
from accounts.access.models import IdempotencyKey
from config.clock import wall
from tests.accounts.access.client import Api, error_of, staff_client
from tests.accounts.access.trial import bench

pytestmark = pytest.mark.urls("tests.accounts.access.trial")
TEN = {"amount": "10.00"}


@pytest.fixture(autouse=True)
def fresh_bench() -> Iterator[None]:
    bench.reset()
    yield
    bench.may_end.set()


@pytest.fixture
def api(db: None) -> Api:
    client = staff_client()
    client.raise_request_exception = False
    return client


def test_the_first_answer_is_replayed_word_for_word(api: Api) -> None:
    first = api.send("trial/", TEN, key="a")
    again = api.send("trial/", TEN, key="a")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(bench.done) == 1


def test_spaces_and_the_order_of_fields_do_not_matter(api: Api) -> None:
    bodies = ['{"amount": "1", "refusal": "none"}', '{ "refusal":"none",\n "amount":"1" }']
    for body in bodies:
        api.generic(
            "POST",
            "/api/v1/trial/",
            body,
            content_type="application/json",
            HTTP_IDEMPOTENCY_KEY="a",
        )
    assert len(bench.done) == 1


def test_the_same_key_with_another_body_or_query_is_refused(api: Api) -> None:
    api.send("trial/", TEN, key="a")
    other_body = api.send("trial/", {"amount": "11.00"}, key="a")
    other_query = api.send("trial/?dry_run=1", TEN, key="a")
    assert error_of(other_body) == (409, "idempotency_key_reused", None)
    assert error_of(other_query) == (409, "idempotency_key_reused", None)
    assert len(bench.done) == 1


def test_another_route_or_another_caller_is_another_key(api: Api) -> None:
    answers = [
        api.send("trial/", TEN, key="a"),
        api.send("trial/other/", TEN, key="a"),
        staff_client().send("trial/", TEN, key="a"),
    ]
    assert [answer.json()["number"] for answer in answers] == [1, 2, 3]
    assert len(set(bench.done)) == 3


def test_without_a_key_money_does_not_move(api: Api) -> None:
    assert error_of(api.send("trial/", TEN)) == (400, "idempotency_key_required", None)
    assert bench.done == []


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "é", "a\tb"])
def test_a_malformed_key_is_refused(api: Api, key: str) -> None:
    assert error_of(api.send("trial/", TEN, key=key))[:2] == (400, "invalid_idempotency_key")


def test_a_validation_error_is_not_stored(api: Api) -> None:
    assert error_of(api.send("trial/", {}, key="a")) == (400, "required", "amount")
    assert api.send("trial/", TEN, key="a").status_code == 201


def test_a_declined_payment_is_stored(api: Api) -> None:
    declined = {"amount": "10.00", "refusal": "declined"}
    first, again = (api.send("trial/", declined, key="a") for _ in range(2))
    assert error_of(first) == error_of(again) == (402, "card_declined", None)
    assert again.json()["errors"][0]["decline_code"] == "stolen"
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(bench.done) == 1


@pytest.mark.parametrize(("refusal", "status"), [("conflict", 409), ("broken", 500)])
def test_any_other_refusal_leaves_the_key_free(api: Api, refusal: str, status: int) -> None:
    refused = api.send("trial/", {"amount": "10.00", "refusal": refusal}, key="a")
    assert refused.status_code == status
    assert api.send("trial/", TEN, key="a").status_code == 201


def test_a_crash_before_the_answer_lets_the_call_be_repeated_after_its_lease(api: Api) -> None:
    api.send("trial/", TEN, key="a")
    crashed = IdempotencyKey.objects.get()
    crashed.status, crashed.answer = IdempotencyKey.Status.RUNNING, ""
    crashed.save()
    busy = api.send("trial/", TEN, key="a")
    assert error_of(busy) == (409, "idempotency_key_in_progress", None)
    crashed.lease_until = wall() - timedelta(seconds=1)
    crashed.save()
    assert error_of(api.send("trial/", {"amount": "11"}, key="a"))[1] == "idempotency_key_reused"
    assert api.send("trial/", TEN, key="a").status_code == 201
    assert bench.done == [bench.done[0]] * 2, "the work gets the same key, so it happens once"


def test_who_lost_the_lease_does_not_overwrite_the_answer(db: None) -> None:
    at = wall()

    def take(seconds: int) -> IdempotencyKey:
        return reserve(
            principal="p",
            route="/r/",
            key="k",
            body_hash="h",
            lease=LEASE,
            at=at + timedelta(seconds=seconds),
        )

    slow = take(0)
    fast = take(int(LEASE.total_seconds()) + 1)
    finish(fast, status=201, text="fast")
    finish(slow, status=201, text="slow")
    assert IdempotencyKey.objects.get().answer == "fast"


def test_old_answers_and_abandoned_rows_are_forgotten(db: None) -> None:
    at = wall()
    for name, status, age in (
        ("old", "done", 31),
        ("young", "done", 29),
        ("abandoned", "running", 2),
        ("busy", "running", 0),
    ):
        born = at - timedelta(days=age)
        IdempotencyKey.objects.create(
            principal="p", route="/r/", key=name, status=status, lease_until=born, created_at=born
        )
    assert forget_old_keys(at=at) == 2
    assert set(IdempotencyKey.objects.values_list("key", flat=True)) == {"young", "busy"}


def _call(secret: str) -> Callable[[str], int]:
    def send(key: str) -> int:
        try:
            return Api(secret).send("trial/", TEN, key=key).status_code
        finally:
            connection.close()

    return send


@pytest.mark.django_db(transaction=True)
def test_a_second_call_while_the_first_runs_is_told_so() -> None:
    api = staff_client()
    bench.may_end.clear()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(_call(api.secret), "a")
        assert bench.begun.wait(timeout=20)
        second = api.send("trial/", TEN, key="a")
        bench.may_end.set()
        assert first.result(timeout=20) == 201
    assert error_of(second) == (409, "idempotency_key_in_progress", None)
    assert api.send("trial/", TEN, key="a").headers["Idempotent-Replayed"] == "true"
    assert len(bench.done) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_calls_at_once_one_does_the_work() -> None:
    api = staff_client()
    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = list(pool.map(_call(api.secret), ["a"] * 24))
    assert len(bench.done) == 1
    assert set(answers) <= {201, 409}
    assert 201 in answers
