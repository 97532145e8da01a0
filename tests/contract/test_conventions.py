"""What holds for every route: keys, idempotency, lists, errors, formats."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from tests.access.openapi import example
from tests.accounts.access.client import error_of
from tests.contract.program import (
    COMPANY,
    Json,
    Program,
    make_plan,
    money,
    new_name,
    open_company,
    subscribe,
    succeeded,
    use,
)
from tests.contract.published import Schema, operations, resolved

NOBODY = "0190a5f0-0000-7000-8000-000000000000"

SETTINGS = "/api/v1/billing-settings/"  # one of many may stand alone

NEED_A_KEY = {
    "/api/v1/adjustments/",
    "/api/v1/adjustments/{id}/approve/",
    "/api/v1/companies/{company_id}/activation/",
    "/api/v1/companies/{company_id}/close/",
    "/api/v1/companies/{company_id}/recharges/",
    "/api/v1/companies/{company_id}/top-up-invoices/",
    "/api/v1/companies/{company_id}/top-up-invoices/{id}/pay/",
    "/api/v1/companies/{company_id}/top-up-invoices/{id}/void/",
    "/api/v1/holds/",
    "/api/v1/holds/{hold_id}/commit/",
    "/api/v1/invoices/{invoice_id}/credit-notes/",
    "/api/v1/invoices/{invoice_id}/pay/",
    "/api/v1/invoices/{invoice_id}/void/",
    "/api/v1/invoices/{invoice_id}/write-off/",
    "/api/v1/payments/",
    "/api/v1/payments/{id}/refund/",
    "/api/v1/refunds/{id}/approve/",
    "/api/v1/write-offs/{id}/approve/",
    "/api/v1/write-offs/{id}/decline/",
}
"""POSTs that move money or quantity, or give and take back demands for it."""

LISTS = [
    path
    for method, path, operation in operations()
    if method == "get" and "limit" in {p["name"] for p in operation.get("parameters", [])}
]
STAFF_ONLY = [
    ("post", "companies/", COMPANY),
    ("post", "payments/", {}),
    ("post", "plans/", {}),
    ("post", "zones/", {}),
    ("post", "subscriptions/", {}),
    ("post", "sims/", {}),
    ("post", "charges/rerate/", {}),
    ("get", "features/", None),
    ("patch", "features/portal_payment/", {"value": False, "reason": "x"}),
    ("get", "billing-settings/", None),
    ("patch", "billing-settings/", {"invoice_due_days": 1}),
    ("get", "sandbox/clock/", None),
    ("post", "sandbox/clock/", {"by": "P1D"}),
    ("get", "sandbox/mails/", None),
    ("get", "adjustments/", None),
    ("get", "refunds/", None),
    ("get", "api-keys/", None),
]


def transfer(company: Json, amount: str = "10.00") -> Json:
    return {
        "company": company["id"],
        "amount": money(amount),
        "method": "cash",
        "reference": "till 4",
    }


def filled(path: str, company: Json) -> str:
    """The path with an id for each parameter."""
    mine = path.replace("{company_id}", str(company["id"])).replace("{key}", "portal_payment")
    return "/".join(NOBODY if part.startswith("{") else part for part in mine.split("/"))


def test_exactly_what_moves_money_or_quantity_needs_a_key() -> None:
    demanding = {
        path
        for method, path, operation in operations()
        for parameter in operation.get("parameters", [])
        if parameter["name"] == "Idempotency-Key" and parameter.get("required")
    }
    assert demanding == NEED_A_KEY


@pytest.mark.parametrize("path", sorted(NEED_A_KEY))
def test_without_its_key_nothing_is_tried(staff: Program, company: Json, path: str) -> None:
    answer = staff.send(filled(path, company), {})
    assert error_of(answer)[:2] == (400, "idempotency_key_required")


def test_same_key_and_body_replay_the_first_answer(
    staff: Program, own: Program, company: Json
) -> None:
    first = staff.send("payments/", transfer(company), key="till")
    again = staff.send("payments/", transfer(company), key="till")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    other = staff.send("payments/", transfer(company, "11.00"), key="till")
    assert error_of(other)[:2] == (409, "idempotency_key_reused")
    assert own.seen(f"companies/{company['id']}/balance/")["available"] == "10"


def test_posts_that_do_not_need_a_key_accept_one(staff: Program) -> None:
    made = [staff.send("companies/", COMPANY, key="once") for _ in range(2)]
    assert made[0].json() == made[1].json()
    assert made[1].headers["Idempotent-Replayed"] == "true"


def test_a_validation_error_leaves_the_key_free(staff: Program, company: Json) -> None:
    wrong = staff.send("payments/", transfer(company, "0"), key="retry")
    assert wrong.status_code == 400
    assert staff.send("payments/", transfer(company), key="retry").status_code == 201


@pytest.mark.parametrize("path", LISTS)
def test_every_list_is_pages_with_a_limit(staff: Program, company: Json, path: str) -> None:
    route = filled(path, company)
    page = staff.seen(route, limit="1000")
    assert set(page) == {"next", "previous", "results"}
    for wrong in ("0", "1001", "-1", "x", ""):
        assert error_of(staff.read(route, limit=wrong))[::2] == (400, "limit")
    assert error_of(staff.read(route, cursor="x"))[::2] == (400, "cursor")


@pytest.mark.parametrize("route", ["companies/", "features/", "charges/", "plans/"])
def test_pages_hold_every_row_once_forth_and_back(
    staff: Program, company: Json, route: str
) -> None:
    subject = subscribe(staff, company, make_plan(staff))["subject"]
    for _ in range(5):
        open_company(staff, name=new_name("Company"))
        make_plan(staff)
        use(staff, subject)
    everything = staff.rows(route, limit="1000")
    assert len(everything) >= 5
    forth, page = [], staff.seen(route, limit="2")
    while True:
        forth += page["results"]
        if page["next"] is None:
            break
        page = succeeded(staff.get(page["next"]))
    assert forth == everything
    back = page["results"]
    while page["previous"] is not None:
        page = succeeded(staff.get(page["previous"]))
        back = page["results"] + back
    assert back == everything


@pytest.mark.parametrize(("method", "route", "body"), STAFF_ONLY)
def test_what_is_for_staff_answers_403_to_a_company(
    own: Program, method: str, route: str, body: Json | None
) -> None:
    answer = own.call(method, route, body, key=new_name("key") if method == "post" else None)
    assert error_of(answer)[:2] == (403, "permission_denied")


@pytest.mark.parametrize(
    "route",
    ["", "balance/", "transactions/", "recharges/", "payment-methods/", "statement/", "members/"],
)
def test_another_company_is_not_there(stranger: Program, company: Json, route: str) -> None:
    answer = stranger.read(f"companies/{company['id']}/{route}")
    assert error_of(answer)[:2] == (404, "not_found")
    assert answer.content == stranger.read(f"companies/{NOBODY}/{route}").content


def test_without_a_key_every_route_answers_401(staff: Program, company: Json) -> None:
    client = APIClient()
    for method, path, operation in operations():
        if operation["security"] == [{"apiKey": []}]:
            answer = client.generic(method.upper(), filled(path, company))
            assert error_of(answer)[:2] == (401, "not_authenticated"), path
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/api/v1/nowhere/", (404, "not_found")),
        ("DELETE", "/api/v1/companies/", (405, "method_not_allowed")),
        ("GET", f"/api/v1/companies/{NOBODY}/", (404, "not_found")),
        ("GET", "/api/v1/companies/acme/", (404, "not_found")),
    ],
)
def test_errors_have_type_code_detail_and_attr(
    staff: Program, method: str, path: str, code: tuple[int, str]
) -> None:
    answer = staff.generic(method, path)
    assert set(answer.json()) == {"type", "errors"}
    assert set(answer.json()["errors"][0]) == {"code", "detail", "attr"}
    assert error_of(answer)[:2] == code


def test_a_format_in_the_address_is_ours(staff: Program) -> None:
    assert staff.seen("companies/", format="xml")["results"] == []


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html", "application/pdf", "x"])
def test_a_file_is_sent_whatever_the_program_accepts(
    staff: Program, company: Json, accept: str
) -> None:
    """Programs ask for a PDF or a table by its address, and may say so in their header too."""
    for route, kind in (
        (f"companies/{company['id']}/statement/?format=pdf", "application/pdf"),
        ("exports/payments/?format=csv", "text/csv; charset=utf-8"),
    ):
        answer = staff.get(f"/api/v1/{route}", headers={"Accept": accept})
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)


def test_the_field_to_blame_is_named(staff: Program, company: Json) -> None:
    """Each field of each body in turn holds what no field takes."""
    unnamed = []
    for method, path, operation in operations():
        schema = _body(operation)
        fields = schema.get("properties", {})
        for name in fields:
            rest = {} if path == SETTINGS else example(schema)
            body = rest | {name: {"what": [{}]}}
            answer = staff.call(method, filled(path, company), body, key=new_name("key"))
            assert 400 <= answer.status_code < 500, (path, name, answer.content)
            blamed = [str(error["attr"]).split(".")[0] for error in answer.json()["errors"]]
            if answer.status_code == 400 and name not in blamed:
                unnamed.append((path, name, answer.content))
    assert not unnamed, "\n".join(map(str, unnamed))


def test_a_required_field_that_is_missing_is_named(staff: Program, company: Json) -> None:
    for method, path, operation in operations():
        schema = _body(operation)
        for name in schema.get("required", []):
            body = {field: value for field, value in example(schema).items() if field != name}
            answer = staff.call(method, filled(path, company), body, key=new_name("key"))
            if answer.status_code == 404:
                continue
            blamed = {error["attr"]: error["code"] for error in answer.json()["errors"]}
            assert blamed.get(name) == "required", (path, name, answer.content)


def _body(operation: Schema) -> Schema:
    content = operation.get("requestBody", {}).get("content", {})
    return resolved(content["application/json"]["schema"]) if "application/json" in content else {}
