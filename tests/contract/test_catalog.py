"""Plans, zones, subscriptions and SIMs, as contract.md words them."""

from __future__ import annotations

import pytest

from tests.accounts.access.client import error_of
from tests.contract.program import (
    MB,
    Json,
    Program,
    is_id,
    let_jobs_run,
    make_plan,
    new_name,
    subscribe,
    use,
)

KINDS = [
    "prepaid",
    "static_pool",
    "dynamic_pool",
    "unlimited",
    "monthly_bundle",
    "pay_per_mb",
    "paygo",
    "metered",
]
UNITS = {
    "byte": "data",
    "KB": "data",
    "MB": "data",
    "GB": "data",
    "token": "tokens",
    "1k_tokens": "tokens",
    "1m_tokens": "tokens",
    "sms": "sms",
    "second": "seconds",
    "hour": "ip_hours",
}


def new_iccid() -> str:
    """19 digits that satisfy Luhn."""
    stem = f"8944{new_name('').removeprefix('-'):0>14}"
    doubled = (int(digit) * (2 - index % 2) for index, digit in enumerate(reversed(stem)))
    total = sum(digit - 9 if digit > 9 else digit for digit in doubled)
    return f"{stem}{-total % 10}"


@pytest.mark.parametrize("kind", KINDS)
def test_plans_of_every_kind_are_made(staff: Program, kind: str) -> None:
    refills = [{"amount_mb": 1024, "price": "5"}]
    body: Json = {
        "kind": kind,
        "prices": [],
        "labels": ["fleet"],
        "fee": "3.50",
        "fee_for": "active",
        "activation_fee": "1",
        "included_mb": 512,
        "overage_price": "0.02",
        "validity_days": 30,
        "refills": refills,
        "increment": "KB",
        "billing_starts": "first_usage",
    }
    plan = make_plan(staff, **body)
    assert is_id(plan["id"])
    assert (plan["kind"], plan["currency"], plan["labels"]) == (kind, "USD", ["fleet"])
    [version] = plan["versions"]
    assert (version["fee"], version["activation_fee"]) == ("3.5", "1")
    assert (version["overage_price"], version["included_mb"]) == ("0.02", 512)
    assert version["effective_from"] == "2020-01-01T00:00:00Z"
    assert [(size["amount_mb"], size["price"]) for size in version["refills"]] == [(1024, "5")]


@pytest.mark.parametrize(("unit", "meter"), UNITS.items())
def test_prices_in_every_unit_are_taken(staff: Program, unit: str, meter: str) -> None:
    prices = [{"meter": meter, "per_unit": "0.000001", "unit": unit}]
    plan = make_plan(staff, kind="metered", meter=meter, prices=prices)
    [price] = plan["versions"][0]["prices"]
    assert (price["per_unit"], price["unit"], price["meter"]) == ("0.000001", unit, meter)


def test_prices_by_country_zone_and_default_and_a_block(
    staff: Program, own: Program, company: Json
) -> None:
    zone = staff.made("zones/", {"name": new_name("Nordics"), "countries": ["SE", "no"]})
    assert zone["countries"] == ["SE", "NO"]
    by_name = {"zone": zone["name"], "per_unit": "0.04", "unit": "MB"}
    prices = [
        {"country": "SE", "per_unit": "0.02", "unit": "MB"},
        by_name,
        {"per_unit": "0.08", "unit": "MB"},
        {"country": "KP", "blocked": True},
    ]
    subject = subscribe(staff, company, make_plan(staff, prices=prices))["subject"]
    for country, amount in (("SE", "0.02"), ("NO", "0.04"), ("DE", "0.08")):
        [charge] = use(staff, subject, country=country)["charges"]
        assert charge["amount"] == amount, country
    [reject] = use(staff, subject, country="KP")["rejected"]
    assert reject["code"] == "country_blocked"


def test_a_zone_may_be_named_by_its_id(staff: Program) -> None:
    zone = staff.made("zones/", {"name": new_name("Nordics"), "countries": ["SE"]})
    prices = [{"zone": zone["id"], "per_unit": "0.04", "unit": "MB"}]
    [price] = make_plan(staff, prices=prices)["versions"][0]["prices"]
    assert price["zone"] == zone["name"]


def test_a_tier_is_cheaper_than_the_one_before(staff: Program, company: Json) -> None:
    tiers = [{"up_to": "2", "per_unit": "1"}, {"per_unit": "0.5"}]
    plan = make_plan(staff, prices=[{"unit": "MB", "tiers": tiers}])
    subject = subscribe(staff, company, plan)["subject"]
    [charge] = use(staff, subject, 3 * MB)["charges"]
    assert charge["amount"] == "2.5"


def test_a_designated_plan_is_for_its_companies(
    staff: Program, own: Program, stranger: Program, company: Json
) -> None:
    general, designated = make_plan(staff), make_plan(staff, companies=[company["id"]])
    assert {general["id"], designated["id"]} <= {row["id"] for row in own.rows("plans/")}
    seen = {row["id"] for row in stranger.rows("plans/")}
    assert general["id"] in seen
    assert designated["id"] not in seen
    assert stranger.read(f"plans/{designated['id']}/").status_code == 404
    assert own.send("plans/", {}).status_code == 403
    assert own.send("zones/", {}).status_code == 403


def test_a_version_is_added_and_may_lie_in_the_past(staff: Program, company: Json) -> None:
    plan = make_plan(staff)
    version = {
        "prices": [{"per_unit": "0.03", "unit": "MB"}],
        "effective_from": "2021-01-01T00:00:00Z",
    }
    added = staff.send(f"plans/{plan['id']}/versions/", version)
    assert added.status_code == 201
    assert len(added.json()["versions"]) == 2
    subject = subscribe(staff, company, plan)["subject"]
    [charge] = use(staff, subject)["charges"]
    assert charge["amount"] == "0.03"


@pytest.mark.parametrize(
    ("changes", "attr"),
    [
        ({"kind": "free"}, "kind"),
        ({"currency": "XXX"}, "currency"),
        ({"fee": 3}, "fee"),
        ({"fee": "-1"}, "fee"),
        ({"included_mb": -1}, "included_mb"),
        ({"increment": "GB"}, "increment"),
        ({"billing_starts": "never"}, "billing_starts"),
        ({"companies": ["0190a5f0-0000-7000-8000-000000000000"]}, "companies"),
        ({"prices": [{"per_unit": "1", "unit": "furlong"}]}, "prices"),
        ({"prices": [{"per_unit": 1, "unit": "MB"}]}, "prices"),
        ({"prices": [{"per_unit": "1", "unit": "MB", "country": "Germany"}]}, "prices"),
        ({"prices": [{"per_unit": "1", "unit": "MB", "zone": "Nowhere"}]}, "prices"),
        ({"prices": [{"per_unit": "1", "unit": "sms"}]}, "prices"),
        ({"refills": [{"price": "1"}]}, "refills"),
        ({"effective_from": "soon"}, "effective_from"),
    ],
)
def test_a_wrong_plan_names_its_field(staff: Program, changes: Json, attr: str) -> None:
    body = {
        "name": "Plan",
        "kind": "paygo",
        "currency": "USD",
        "prices": [{"per_unit": "0.01", "unit": "MB"}],
    }
    status, _, culprit = error_of(staff.send("plans/", body | changes))
    assert status == 400
    assert str(culprit).split(".")[0] == attr


def test_a_subject_is_taken_once(staff: Program, own: Program, company: Json) -> None:
    plan = make_plan(staff)
    body = {"company": company["id"], "plan": plan["id"], "subject": new_name("key")}
    made = staff.send("subscriptions/", body)
    assert made.status_code == 201
    assert is_id(made.json()["id"])
    assert made.json()["status"] == "active"
    taken = staff.send("subscriptions/", body)
    assert (taken.status_code, error_of(taken)[2]) == (409, "subject")
    assert own.send("subscriptions/", body).status_code == 403


def test_the_plan_is_changed_as_of_an_instant(staff: Program, company: Json) -> None:
    dear = make_plan(staff, prices=[{"per_unit": "7", "unit": "MB"}])
    subscription = subscribe(staff, company, make_plan(staff))
    change = {"plan": dear["id"], "at": "2026-06-01T00:00:00Z"}
    changed = staff.made(f"subscriptions/{subscription['id']}/change-plan/", change)
    assert changed["subject"] == subscription["subject"]
    for month, amount in (("05", "0.01"), ("06", "7")):
        at = f"2026-{month}-15T00:00:00Z"
        [charge] = use(staff, subscription["subject"], started_at=at)["charges"]
        assert charge["amount"] == amount


def test_a_cancelled_subscription_takes_late_usage_only(staff: Program, company: Json) -> None:
    subscription = subscribe(staff, company, make_plan(staff))
    end = {"at": "2026-06-01T00:00:00Z"}
    ended = staff.made(f"subscriptions/{subscription['id']}/cancel/", end)
    assert ended["ends_at"] == "2026-06-01T00:00:00Z"
    before, after = "2026-05-31T23:59:59Z", "2026-06-01T00:00:00Z"
    assert use(staff, subscription["subject"], started_at=before)["accepted"] == 1
    [reject] = use(staff, subscription["subject"], started_at=after)["rejected"]
    assert reject["code"] == "unknown_subject"


def test_a_sim_lives_from_stock_to_archive(
    staff: Program, own: Program, stranger: Program, company: Json
) -> None:
    iccid = new_iccid()
    made = staff.send("sims/", {"iccid": iccid, "imsi": f"26201{iccid[-10:]}", "labels": ["truck"]})
    assert made.status_code == 201
    sim = made.json()
    answered = {
        "status",
        "status_reason",
        "intended_status",
        "company",
        "plan",
        "data_left_mb",
        "expires_at",
    }
    assert answered <= set(sim)
    assert (sim["iccid"], sim["status"], sim["company"]) == (iccid, "not_available", None)
    assert own.read(f"sims/{iccid}/").status_code == 404

    plan = make_plan(staff)
    assign = {"company": company["id"], "plan": plan["id"], "from": "2026-02-01T00:00:00Z"}
    sim = staff.made(f"sims/{iccid}/assign/", assign)
    assert (sim["status"], sim["company"], sim["plan"]) == (
        "activation_ready",
        company["id"],
        plan["id"],
    )
    assert own.seen(f"sims/{iccid}/") == sim
    assert stranger.read(f"sims/{iccid}/").status_code == 404

    assert use(staff, sim["imsi"])["accepted"] == 1
    let_jobs_run(staff)
    assert own.seen(f"sims/{iccid}/")["status"] in {"active", "suspended"}
    staff.made(
        "payments/",
        {
            "company": company["id"],
            "amount": {"amount": "50.00", "currency": "USD"},
            "method": "cash",
            "reference": "",
        },
    )
    let_jobs_run(staff)
    assert own.seen(f"sims/{iccid}/")["status"] == "active"

    stopped = own.made(f"sims/{iccid}/suspend/", {"reason": "Lost"})
    assert (stopped["status"], stopped["status_reason"]) == ("suspended", "Lost")
    assert own.made(f"sims/{iccid}/activate/")["status"] == "active"
    assert stranger.send(f"sims/{iccid}/suspend/").status_code == 404
    assert own.send(f"sims/{iccid}/archive/").status_code == 403
    assert staff.made(f"sims/{iccid}/archive/")["status"] == "archived"
    refused = staff.send(f"sims/{iccid}/activate/")
    assert 400 <= refused.status_code < 500


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"iccid": "8944000000000000000"}, "iccid"),
        ({"iccid": "1"}, "iccid"),
        ({"iccid": 8944000000000000009}, "iccid"),
        ({}, "iccid"),
        ({"iccid": new_iccid(), "imsi": "abc"}, "imsi"),
        ({"iccid": new_iccid(), "operator": "nobody"}, "operator"),
        ({"iccid": new_iccid(), "labels": "truck"}, "labels"),
    ],
)
def test_a_wrong_sim_names_its_field(staff: Program, body: Json, attr: str) -> None:
    answer = staff.send("sims/", body)
    assert (answer.status_code, error_of(answer)[2]) == (400, attr)
