"""The operator over its socket: operations take time, usage repeats, failures come on order."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from config.sandbox.testing import Stack

Ask = Callable[..., requests.Response]


@pytest.fixture
def ask(operator_sandbox: Stack) -> Ask:
    """`ask("GET", "/usage", token=…, json=…, headers=…)`."""

    def send(method: str, path: str, *, token: str = "", **options: Any) -> requests.Response:
        known = operator_sandbox.settings["OPERATOR_TOKEN"]
        headers = {"Authorization": f"Token {token or known}"} | options.pop("headers", {})
        address = f"{operator_sandbox.base}{path}"
        return requests.request(method, address, headers=headers, timeout=5, **options)

    return send


def provision(ask: Ask, iccid: str) -> str:
    assert ask("POST", "/sims/", json={"iccid": iccid}).status_code in (200, 201)
    return iccid


def wait_for_status(ask: Ask, iccid: str, status: str) -> None:
    deadline = time.monotonic() + 2
    while ask("GET", f"/sims/{iccid}").json()["status"] != status:
        assert time.monotonic() < deadline, f"{iccid} did not become {status}"
        time.sleep(0.05)


def wait_for_end(ask: Ask, operation: str) -> Any:
    deadline = time.monotonic() + 2
    while (answer := ask("GET", f"/operations/{operation}").json())["state"] == "running":
        assert time.monotonic() < deadline, "it runs and runs"
        time.sleep(0.05)
    return answer


def usage_since(ask: Ask, cursor: str, *, limit: int = 500) -> Any:
    return ask("GET", f"/usage?since={cursor}&limit={limit}").json()


def record(iccid: str, number: int) -> dict[str, object]:
    return {
        "id": f"{iccid}-{number}",
        "iccid": iccid,
        "started_at": "2026-11-01T10:00:00Z",
        "bytes": 1_048_576,
        "plmn": "26201",
        "session": "s1",
    }


def test_without_the_token_nothing_is_told(ask: Ask) -> None:
    assert ask("GET", "/usage", token="wrong").status_code == 401


def test_a_sim_becomes_active_and_suspended_within_two_seconds(ask: Ask) -> None:
    iccid = provision(ask, "8949000000000000101")
    started = ask("POST", f"/sims/{iccid}/activate")
    assert started.status_code == 202
    assert started.json()["state"] == "running"
    wait_for_status(ask, iccid, "active")
    ask("POST", f"/sims/{iccid}/suspend")
    wait_for_status(ask, iccid, "suspended")


def test_a_terminated_sim_stays_terminated(ask: Ask) -> None:
    iccid = provision(ask, "8949000000000000102")
    ask("POST", f"/sims/{iccid}/terminate")
    wait_for_status(ask, iccid, "terminated")
    assert ask("POST", f"/sims/{iccid}/activate").status_code == 409


def test_the_same_key_is_the_same_operation(ask: Ask) -> None:
    iccid = provision(ask, "8949000000000000103")
    key = {"Idempotency-Key": "once"}
    operations = [ask("POST", f"/sims/{iccid}/activate", headers=key).json() for _ in range(2)]
    assert operations[0]["id"] == operations[1]["id"]


def test_an_operation_ends_failed_on_order(ask: Ask, operator_sandbox: Stack) -> None:
    iccid = provision(ask, "8949000000000000104")
    operator_sandbox.control(fault="fail_operation")
    operation = ask("POST", f"/sims/{iccid}/activate").json()
    assert wait_for_end(ask, operation["id"])["state"] == "failed"
    assert ask("GET", f"/sims/{iccid}").json()["status"] == "inactive"


def test_usage_is_read_page_by_page_and_none_twice(ask: Ask, operator_sandbox: Stack) -> None:
    iccid = provision(ask, "8949000000000000105")
    start = usage_since(ask, "0", limit=5000)["next"]
    operator_sandbox.control("usage", records=[record(iccid, number) for number in range(5)])
    first = usage_since(ask, start, limit=3)
    second = usage_since(ask, first["next"], limit=3)
    assert (len(first["records"]), first["more"]) == (3, True)
    assert (len(second["records"]), second["more"]) == (2, False)
    ids = [found["id"] for found in first["records"] + second["records"]]
    assert ids == [f"{iccid}-{number}" for number in range(5)]
    assert usage_since(ask, second["next"])["records"] == []


def test_a_page_has_each_record_twice_on_order(ask: Ask, operator_sandbox: Stack) -> None:
    iccid = provision(ask, "8949000000000000106")
    start = usage_since(ask, "0", limit=5000)["next"]
    operator_sandbox.control("usage", records=[record(iccid, 1)])
    operator_sandbox.control(fault="answer_twice")
    assert len(usage_since(ask, start)["records"]) == 2
    assert len(usage_since(ask, start)["records"]) == 1


def test_the_same_seed_makes_the_same_month_once(ask: Ask, operator_sandbox: Stack) -> None:
    iccid = provision(ask, "8949000000000000107")
    month = {"from": "2026-10-01T00:00:00Z", "to": "2026-11-01T00:00:00Z"}
    options = {"iccids": [iccid], "seed": "october", "per_sim_per_day": 4} | month
    made = operator_sandbox.control("produce", **options)["inserted"]
    assert 31 * 2 <= made <= 31 * 6
    assert operator_sandbox.control("produce", **options)["inserted"] == 0
    days = {found["started_at"][:7] for found in usage_since(ask, "0", limit=5000)["records"]}
    assert "2026-10" in days


@pytest.mark.parametrize("path", ["/usage", "/sims/", "/sims/8949000000000000108"])
def test_any_request_fails_on_order_and_works_again(
    ask: Ask, operator_sandbox: Stack, path: str
) -> None:
    provision(ask, "8949000000000000108")
    operator_sandbox.control(fault="fail", status=503)
    assert ask("GET", path).status_code == 503
    assert ask("GET", path).status_code == 200


def test_a_request_times_out_on_order(ask: Ask, operator_sandbox: Stack) -> None:
    operator_sandbox.control(fault="timeout", seconds=0)
    with pytest.raises(requests.ConnectionError):
        ask("GET", "/usage")


def test_an_answer_is_late_on_order(ask: Ask, operator_sandbox: Stack) -> None:
    operator_sandbox.control(fault="answer_late", seconds=1)
    started = time.monotonic()
    assert ask("GET", "/usage").status_code == 200
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/sims/", {}, 400),
        ("POST", "/sims/", [], 400),
        ("GET", "/sims/none", None, 404),
        ("POST", "/sims/none/activate", None, 404),
        ("GET", "/usage?since=x", None, 400),
        ("GET", "/operations/none", None, 404),
        ("POST", "/_control/usage", {"records": [{}]}, 400),
        ("POST", "/_control/produce", {"from": "x", "to": "y"}, 400),
        ("POST", "/_control/", {"fault": "earthquake"}, 400),
    ],
)
def test_nonsense_is_refused_with_the_reason(
    ask: Ask, method: str, path: str, body: object, status: int
) -> None:
    response = ask(method, path, json=body)
    assert response.status_code == status
    assert response.json()["detail"]
