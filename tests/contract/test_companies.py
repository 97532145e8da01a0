"""Companies, their members, features and events, as contract.md words them."""

from __future__ import annotations

import pytest

from tests.accounts.access.client import error_of
from tests.contract.program import (
    COMPANY,
    Json,
    Program,
    is_id,
    is_instant,
    let_jobs_run,
    new_name,
    open_company,
    succeeded,
)


def test_a_company_that_staff_make_is_active(staff: Program) -> None:
    made = staff.send("companies/", COMPANY)
    assert made.status_code == 201
    company = made.json()
    assert is_id(company["id"])
    assert (company["status"], company["status_reason"]) == ("active", "")
    assert company.items() >= COMPANY.items()
    assert staff.seen(f"companies/{company['id']}/") == company


@pytest.mark.parametrize(
    "changes",
    [
        {"category": "individual"},
        {"billing_type": "postpaid", "credit_limit": "1000"},
        {"billing_type": "flexible", "credit_limit": None},
        {"currency": "KWD", "minimum_balance": "-0.125"},
        {"account_plan": "default"},
        {"tax_percent": None},
    ],
)
def test_every_choice_of_the_contract_is_taken(staff: Program, changes: Json) -> None:
    on = {"value": True, "reason": "Dinars"}
    assert staff.call("patch", "features/multi_currency/", on).status_code == 200
    assert open_company(staff, **changes).items() >= changes.items()


def test_a_fixed_contract_is_taken_while_it_is_on_offer(staff: Program) -> None:
    fixed = {"contract_type": "fixed", "fixed_amount": "99.5"}
    assert staff.send("companies/", {**COMPANY, **fixed}).status_code == 400
    on = {"value": True, "reason": "On offer"}
    assert staff.call("patch", "features/billing_contract_type/", on).status_code == 200
    assert open_company(staff, **fixed).items() >= fixed.items()


def test_only_what_must_be_said_must_be_said(staff: Program) -> None:
    optional = {"fixed_amount", "account_plan", "tax_percent", "billing_day"}
    body = {name: value for name, value in COMPANY.items() if name not in optional}
    made = staff.made("companies/", body)
    assert (made["billing_day"], made["fixed_amount"]) == (1, None)


def test_a_company_is_changed(staff: Program, company: Json) -> None:
    route = f"companies/{company['id']}/"
    changed = succeeded(staff.call("patch", route, {"name": "New", "minimum_balance": "-5.50"}))
    assert (changed["name"], changed["minimum_balance"]) == ("New", "-5.5")
    assert staff.seen(route) == changed


def test_staff_suspend_and_reactivate_with_a_reason(
    staff: Program, own: Program, company: Json
) -> None:
    route = f"companies/{company['id']}/"
    assert error_of(staff.send(f"{route}suspend/", {})) == (400, "required", "reason")
    staff.made(f"{route}suspend/", {"reason": "Fraud check"})
    seen = own.seen(route)
    assert (seen["status"], seen["status_reason"]) == ("suspended", "Fraud check")
    staff.made(f"{route}reactivate/", {"reason": "Cleared"})
    assert own.seen(route)["status"] == "active"
    assert error_of(own.send(f"{route}suspend/", {"reason": "x"}))[0] == 403
    assert error_of(own.send(f"{route}reactivate/", {"reason": "x"}))[0] == 403


def test_the_status_is_not_changed_by_the_way(staff: Program, company: Json) -> None:
    route = f"companies/{company['id']}/"
    refused = error_of(staff.call("patch", route, {"status": "closed"}))
    assert refused == (400, "status_has_its_own_route", "status")
    assert staff.seen(route)["status"] == "active"


def test_a_member_is_invited(staff: Program, own: Program, company: Json) -> None:
    route = f"companies/{company['id']}/members/"
    for program, role in ((staff, "owner"), (own, "finance"), (own, "viewer")):
        email = f"{new_name('person')}@kobe.example"
        made = program.send(route, {"email": email, "role": role})
        assert made.status_code == 201
        assert (made.json()["email"], made.json()["role"]) == (email, role)
    assert error_of(own.send(route, {"email": "a@b.example", "role": "king"})) == (
        400,
        "invalid_choice",
        "role",
    )


def test_features_are_read_changed_and_remembered(staff: Program, own: Program) -> None:
    rows = {row["key"]: row for row in staff.rows("features/", limit="1000")}
    assert rows["portal_payment"]["value"] is True
    assert rows["cost_decimal_points"]["value"] == 2
    assert rows["minimum_prepaid_recharge"]["value"] == "10"
    assert rows["maximum_prepaid_recharge"]["value"] is None

    flipped = staff.call(
        "patch", "features/portal_payment/", {"value": False, "reason": "Bank only", "from": "now"}
    )
    assert succeeded(flipped)["value"] is False
    [row] = staff.rows("features/portal_payment/history/")
    assert (row["value"], row["previous"], row["reason"]) == (False, None, "Bank only")
    assert row["set_by"].startswith("key:")
    assert is_instant(row["recorded_at"])
    assert own.read("features/").status_code == 403
    assert own.call("patch", "features/portal_payment/", {"value": True}).status_code == 403


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"value": "yes", "reason": "x"}, "value"),
        ({"value": False}, "reason"),
        ({"value": False, "reason": ""}, "reason"),
        ({"reason": "x"}, "value"),
        ({"value": False, "reason": "x", "at": "2020-01-01T00:00:00Z"}, "at"),
        ({"value": False, "reason": "x", "from": "yesterday"}, "from"),
    ],
)
def test_a_wrong_flip_names_its_field(staff: Program, body: Json, attr: str) -> None:
    answer = staff.call("patch", "features/portal_payment/", body)
    assert (answer.status_code, error_of(answer)[2]) == (400, attr)


def test_billing_settings_are_one_object(staff: Program, own: Program) -> None:
    settings = staff.seen("billing-settings/")
    assert settings["invoice_due_days"] == 5
    assert (settings["grace_hours"], settings["four_eyes_amount"]) == (24, "500")
    assert (settings["recharge_attempts"], settings["recharges_per_day"]) == (3, 2)
    assert settings["default_currency"] == "USD"
    changed = succeeded(staff.call("patch", "billing-settings/", {"invoice_due_days": 14}))
    assert changed == settings | {"invoice_due_days": 14}
    assert own.read("billing-settings/").status_code == 403


def test_events_are_read_by_position(
    staff: Program, own: Program, stranger: Program, company: Json
) -> None:
    let_jobs_run(staff)
    events = own.rows("events/")
    assert [event["type"] for event in events] == ["company.added"]
    [event] = events
    assert is_id(event["id"])
    assert is_instant(event["created_at"])
    assert event["data"]
    everything = staff.rows("events/", limit="1000")
    positions = [event["position"] for event in everything]
    assert positions == sorted(set(positions))
    after = str(positions[0])
    assert [event["position"] for event in staff.rows("events/", after=after)] == positions[1:]
    assert event not in stranger.rows("events/")
