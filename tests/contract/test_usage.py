"""Usage in, charges out, reservations: as contract.md words them."""

from __future__ import annotations

import json

import pytest

from tests.accounts.access.client import error_of
from tests.contract.program import (
    MB,
    Json,
    Program,
    is_amount,
    is_id,
    is_instant,
    make_plan,
    money,
    new_name,
    pay_in,
    subscribe,
    succeeded,
    use,
)

AT = "2026-03-10T12:00:00Z"


@pytest.fixture
def subject(staff: Program, company: Json) -> str:
    """0.01 a MB everywhere but in North Korea."""
    prices = [{"per_unit": "0.01", "unit": "MB"}, {"country": "KP", "blocked": True}]
    return str(subscribe(staff, company, make_plan(staff, prices=prices))["subject"])


def record(subject: str, **changes: object) -> Json:
    base = {"id": new_name("record"), "subject": subject, "started_at": AT, "quantity": MB}
    return base | changes


def send(program: Program, *records: object, source: str = "contract") -> Json:
    return succeeded(program.send("usage/", {"source": source, "records": list(records)}))


def counts(answer: Json) -> tuple[int, int, int, int]:
    rejected = len(answer["rejected"])
    return answer["accepted"], answer["duplicates"], answer["conflicts"], rejected


def test_a_record_is_rated_when_the_answer_comes(
    staff: Program, own: Program, company: Json, subject: str
) -> None:
    pay_in(staff, company, "10")
    sent = record(subject, quantity=3 * MB, country="DE")
    answer = staff.send("usage/", {"source": "contract", "records": [sent]})
    assert answer.status_code == 200
    assert counts(answer.json()) == (1, 0, 0, 0)
    [charge] = answer.json()["charges"]
    assert (charge["record_id"], charge["amount"]) == (sent["id"], "0.03")
    assert own.seen(f"companies/{company['id']}/balance/")["available"] == "9.97"
    in_full = own.seen(f"charges/{charge['id']}/")
    figures = ("quantity", "from_allowance", "billable", "unit_price", "tax")
    assert [in_full[name] for name in figures] == [
        3 * MB,
        0,
        3 * MB,
        "0.0000000095367431640625",
        "0",
    ]
    assert is_id(in_full["plan_version"])
    assert is_instant(in_full["rated_at"])
    assert in_full["features"]["cost_decimal_points"] == 2
    assert in_full["explanation"]
    assert all(isinstance(sentence, str) for sentence in in_full["explanation"])


def test_the_same_record_is_a_duplicate_and_another_content_a_conflict(
    staff: Program, subject: str
) -> None:
    first = record(subject)
    assert counts(send(staff, first)) == (1, 0, 0, 0)
    assert counts(send(staff, first)) == (0, 1, 0, 0)
    assert counts(send(staff, first | {"quantity": 2})) == (0, 0, 1, 0)
    assert counts(send(staff, first, source="another")) == (1, 0, 0, 0)


def test_a_month_apart_the_same_id_is_a_conflict(
    staff: Program, own: Program, subject: str
) -> None:
    first = record(subject, started_at="2026-01-31T23:59:00Z")
    second = first | {"started_at": "2026-02-01T00:01:00Z"}
    assert counts(send(staff, first, second)) == (1, 0, 1, 0)
    assert counts(send(staff, second)) == (0, 0, 1, 0)
    assert [row["record_id"] for row in own.rows("charges/")] == [first["id"]]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"subject": "nobody"}, "unknown_subject"),
        ({"country": "XX"}, "unknown_country"),
        ({"plmn": "99999"}, "unknown_country"),
        ({"country": "KP"}, "country_blocked"),
        ({"meter": "sms"}, "no_price"),
        ({"quantity": -1}, "invalid_quantity"),
        ({"quantity": "1.5"}, "invalid_quantity"),
        ({"quantity": 1e300}, "invalid_quantity"),
        ({"quantity": None}, "invalid_quantity"),
        ({"started_at": "yesterday"}, "invalid_time"),
        ({"started_at": "2026-03-10T12:00:00"}, "invalid_time"),
        ({"started_at": 5}, "invalid_time"),
        ({"id": ""}, "invalid_record"),
        ({"id": None}, "invalid_record"),
        ({"subject": "\x00"}, "invalid_record"),
        ({"session": "\ud800"}, "invalid_record"),
    ],
)
def test_a_bad_record_is_rejected_with_its_code(
    staff: Program, subject: str, changes: Json, code: str
) -> None:
    good, bad = record(subject), record(subject) | changes
    body = json.dumps({"source": "contract", "records": [good, bad, "no record"]})
    answer = succeeded(staff.raw("POST", "usage/", body.encode()))
    assert counts(answer) == (1, 0, 0, 2)
    first, second = answer["rejected"]
    assert (first["index"], first["code"]) == (1, code)
    assert first["detail"]
    assert (second["index"], second["code"]) == (2, "invalid_record")


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "source"),
        ({"source": "x"}, "records"),
        ({"source": "x", "records": None}, "records"),
        ({"source": "x", "records": {}}, "records"),
        ({"source": "", "records": []}, "source"),
        ({"source": 5.5, "records": "x"}, "records"),
        ([], None),
    ],
)
def test_a_wrong_envelope_is_400(staff: Program, body: object, attr: str | None) -> None:
    answer = staff.send("usage/", body)
    assert answer.status_code == 400
    assert attr is None or attr in {error["attr"] for error in answer.json()["errors"]}


def test_ndjson_and_csv_are_taken_with_the_source_in_the_address(
    staff: Program, subject: str
) -> None:
    rows = [record(subject), record("nobody")]
    lines = "\n".join(json.dumps(row) for row in rows).encode()
    answer = staff.raw("POST", "usage/?source=lines", lines, "application/x-ndjson")
    assert counts(succeeded(answer)) == (1, 0, 0, 1)
    table = f"id,subject,started_at,quantity,country\n{new_name('r')},{subject},{AT},1048576,DE\n"
    answer = staff.raw("POST", "usage/?source=table", table.encode(), "text/csv")
    assert counts(succeeded(answer)) == (1, 0, 0, 0)
    assert succeeded(answer)["charges"][0]["amount"] == "0.01"
    nameless = staff.raw("POST", "usage/", lines, "application/x-ndjson")
    assert error_of(nameless)[::2] == (400, "source")


@pytest.mark.parametrize("kind", ["", "application/x-ndjson", "text/csv"])
def test_an_empty_body_is_400(staff: Program, kind: str) -> None:
    answer = staff.raw("POST", "usage/?source=lines", b"", kind)
    assert error_of(answer) == (400, "required", "records")


@pytest.mark.parametrize("kind", ["application/json", "application/x-ndjson", "text/csv"])
def test_an_idempotency_key_is_not_needed_and_replays(
    staff: Program, subject: str, kind: str
) -> None:
    sent = record(subject)
    bodies = {
        "application/json": json.dumps({"source": "x", "records": [sent]}),
        "application/x-ndjson": json.dumps(sent),
        "text/csv": f"{','.join(sent)}\n{','.join(map(str, sent.values()))}\n",
    }
    key = {"Idempotency-Key": new_name("batch")}
    first, again = (
        staff.raw("POST", "usage/?source=x", bodies[kind].encode(), kind, headers=key)
        for _ in range(2)
    )
    assert counts(succeeded(first)) == (1, 0, 0, 0)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    other = bodies[kind].replace("1048576", "7").encode()
    reused = staff.raw("POST", "usage/?source=x", other, kind, headers=key)
    assert error_of(reused)[:2] == (409, "idempotency_key_reused")


def test_charges_are_answered_for_up_to_a_hundred_records(staff: Program, subject: str) -> None:
    hundred = send(staff, *(record(subject) for _ in range(100)))
    assert len(hundred["charges"]) == 100
    more = send(staff, *(record(subject) for _ in range(101)))
    assert more["accepted"] == 101
    assert not more.get("charges")


def test_a_company_key_brings_usage_of_its_own_subjects_only(
    own: Program, stranger: Program, subject: str
) -> None:
    assert counts(send(own, record(subject))) == (1, 0, 0, 0)
    [reject] = send(stranger, record(subject))["rejected"]
    assert reject["code"] == "unknown_subject"


def test_a_reject_is_replayed_once_its_cause_is_mended(
    staff: Program, stranger: Program, company: Json
) -> None:
    subject = new_name("late")
    assert counts(send(staff, record(subject)))[3] == 1
    [row] = staff.rows("usage/rejected/")
    assert row["code"] == "unknown_subject"
    assert stranger.rows("usage/rejected/") == []
    body = {
        "company": company["id"],
        "plan": make_plan(staff)["id"],
        "subject": subject,
        "starts_at": "2026-01-01T00:00:00Z",
    }
    staff.made("subscriptions/", body)
    replayed = staff.made("usage/rejected/replay/", {})
    assert (replayed["accepted"], replayed["rejected"]) == (1, [])
    assert staff.rows("usage/rejected/") == []


def test_charges_are_filtered(
    staff: Program, own: Program, stranger: Program, company: Json, subject: str
) -> None:
    for day in ("09", "10", "11"):
        use(staff, subject, started_at=f"2026-03-{day}T12:00:00Z")
    assert len(staff.rows("charges/", company=company["id"])) == 3
    assert len(own.rows("charges/", subject=subject)) == 3
    days = {"from": "2026-03-10", "to": "2026-03-10"}
    [row] = own.rows("charges/", **days)
    assert row["started_at"] == "2026-03-10T12:00:00Z"
    assert is_amount(row["amount"])
    assert stranger.rows("charges/") == []
    assert stranger.read(f"charges/{row['id']}/").status_code == 404


def test_charges_are_rated_anew_after_a_dry_run(
    staff: Program, own: Program, company: Json
) -> None:
    plan = make_plan(staff)
    subject = subscribe(staff, company, plan)["subject"]
    use(staff, subject, 100 * MB, started_at=AT)
    version = {
        "prices": [{"per_unit": "0.02", "unit": "MB"}],
        "effective_from": "2021-01-01T00:00:00Z",
    }
    staff.made(f"plans/{plan['id']}/versions/", version)
    whole_year = {"from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}
    body = {"company": company["id"], **whole_year}
    balance = f"companies/{company['id']}/balance/"
    before = staff.seen(balance)["available"]
    result = staff.made("charges/rerate/", {**body, "dry_run": True})
    assert result["charges"] == 1
    assert staff.seen(balance)["available"] == before
    assert staff.made("charges/rerate/", {**body, "dry_run": False}) == result
    assert own.send("charges/rerate/", body).status_code == 403


def test_money_is_held_committed_and_released(
    staff: Program, own: Program, stranger: Program, company: Json
) -> None:
    pay_in(staff, company, "10")
    body = {
        "company": company["id"],
        "amount": money("4"),
        "expires_in": 600,
        "reference": "session 7",
    }
    placed = own.send("holds/", body, key="hold")
    assert placed.status_code == 201
    hold = placed.json()
    assert is_id(hold["id"])
    assert (hold["status"], hold["granted"], hold["final"]) == ("active", money("4.00"), False)
    assert is_instant(hold["expires_at"])
    balance = f"companies/{company['id']}/balance/"
    assert (own.seen(balance)["held"], own.seen(balance)["available"]) == ("4", "6")
    short = own.send("holds/", {**body, "amount": money("6.5")}, key="short")
    assert error_of(short)[:2] == (402, "insufficient_balance")
    assert short.json()["errors"][0]["missing"] == money("0.50")
    partial = own.made("holds/", {**body, "amount": money("9"), "partial": True})
    assert (partial["granted"], partial["final"]) == (money("6.00"), True)
    assert own.made(f"holds/{partial['id']}/release/")["status"] == "released"
    committed = own.made(f"holds/{hold['id']}/commit/", {"amount": money("3")})
    assert committed["status"] == "committed"
    assert is_amount(committed["charge"]["amount"])
    assert (own.seen(balance)["held"], own.seen(balance)["available"]) == ("0", "7")
    assert stranger.send(f"holds/{hold['id']}/commit/", {}, key="x").status_code == 404


def test_a_quantity_is_held_extended_and_reconciled(
    staff: Program, own: Program, company: Json, subject: str
) -> None:
    pay_in(staff, company, "1")
    body = {
        "subject": subject,
        "quantity": 10 * MB,
        "country": "DE",
        "expires_in": 600,
        "reference": "initial",
        "session": new_name("session"),
    }
    hold = own.made("holds/", body)
    assert (hold["granted"], hold["status"]) == (10 * MB, "active")
    nowhere = own.send("holds/", {**body, "country": "XX"}, key="nowhere")
    assert error_of(nowhere) == (400, "unknown_country", "country")
    more = own.made(f"holds/{hold['id']}/extend/", {"quantity": 5 * MB, "expires_in": 900})
    assert more["granted"] == 15 * MB
    route = f"holds/{hold['id']}/commit/"
    committed = own.made(route, {"quantity": 12 * MB}, key="commit")
    assert (committed["status"], committed["charge"]["amount"]) == ("committed", "0.12")
    again = own.send(route, {"quantity": 12 * MB}, key="commit")
    assert again.headers["Idempotent-Replayed"] == "true"
    late = record(subject, quantity=13 * MB, session=body["session"], country="DE")
    now = staff.seen("sandbox/clock/")["now"]
    assert counts(send(staff, late | {"started_at": now})) == (1, 0, 0, 0)
    balance = own.seen(f"companies/{company['id']}/balance/")
    assert (balance["available"], balance["held"]) == ("0.87", "0")
