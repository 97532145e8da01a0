"""Invoices, credit notes and exports, as contract.md words them."""

from __future__ import annotations

import csv
import json
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from config.sandbox.testing import Stack
from tests.accounts.access.client import error_of
from tests.contract.program import (
    MB,
    Json,
    Program,
    is_amount,
    is_id,
    is_instant,
    let_jobs_run,
    make_plan,
    new_name,
    open_company,
    pay_in,
    subscribe,
    use,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def company(staff: Program) -> Json:
    """Postpaid without limit, 20 % tax, billed by UTC months."""
    return open_company(
        staff, billing_type="postpaid", tax_percent="20", timezone="UTC", country="DE"
    )


@pytest.fixture
def invoice(staff: Program, company: Json, own: Program) -> Json:
    """12.00 for 1 000 MB in a month long over: 10.00 and 20 % tax."""
    subject = subscribe(staff, company, make_plan(staff))["subject"]
    use(staff, subject, 1000 * MB, started_at="2026-03-10T12:00:00Z")
    let_jobs_run(staff)
    [found] = own.rows("invoices/")
    return found


def test_an_invoice_has_the_fields_of_the_contract(
    own: Program, stranger: Program, company: Json, invoice: Json
) -> None:
    seen = own.seen(f"invoices/{invoice['id']}/")
    assert seen == invoice
    assert is_id(seen["id"])
    assert (seen["company"], seen["kind"], seen["status"]) == (company["id"], "invoice", "open")
    figures = ("subtotal", "tax", "total", "amount_due", "paid_from_balance")
    assert [seen[name] for name in figures] == ["10.00", "2.00", "12.00", "12.00", "0.00"]
    for name in ("period_start", "period_end", "issued_at", "due_at"):
        assert is_instant(seen[name]), name
    assert (seen["currency"], bool(seen["number"])) == ("USD", True)
    [line] = seen["lines"]
    assert {"description", "quantity", "unit", "included", "unit_price", "amount"} <= set(line)
    assert line["amount"] == "10.00"
    assert is_amount(line["unit_price"])
    assert stranger.rows("invoices/") == []
    for route in ("", "pdf/", "xlsx/"):
        assert stranger.read(f"invoices/{invoice['id']}/{route}").status_code == 404


def test_an_invoice_comes_as_pdf_and_xlsx(own: Program, invoice: Json) -> None:
    pdf = own.read(f"invoices/{invoice['id']}/pdf/")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert b"factur-x.xml" in pdf.content
    xlsx = own.read(f"invoices/{invoice['id']}/xlsx/")
    assert xlsx.headers["Content-Type"] == XLSX
    assert load_workbook(BytesIO(xlsx.content)).sheetnames


def test_an_invoice_is_paid_by_card_once(
    stripe_sandbox: Stack, own: Program, company: Json, invoice: Json
) -> None:
    card = {"gateway": "stripe", "token": "pm_card_visa", "make_default": True}
    saved = own.made(f"companies/{company['id']}/payment-methods/", card)
    route = f"invoices/{invoice['id']}/pay/"
    body = {"payment_method": saved["id"]}
    assert error_of(own.send(route, body))[:2] == (400, "idempotency_key_required")
    paid = own.made(route, body, key="pay")
    assert paid["invoice"]["status"] == "paid"
    assert own.send(route, body, key="pay").headers["Idempotent-Replayed"] == "true"
    again = own.send(route, body, key="again")
    assert 400 <= again.status_code < 500
    assert own.seen(f"invoices/{invoice['id']}/")["amount_due"] == "0.00"


def test_staff_credit_a_line_and_void_the_rest(staff: Program, own: Program, invoice: Json) -> None:
    notes, void = f"invoices/{invoice['id']}/credit-notes/", f"invoices/{invoice['id']}/void/"
    for route in (notes, void):
        assert own.send(route, {"reason": "Mine"}, key=new_name("key")).status_code == 403
        assert error_of(staff.send(route, {"reason": "x"}))[:2] == (
            400,
            "idempotency_key_required",
        )
    part = {"lines": [{"position": 1, "amount": "2.50"}], "reason": "Outage"}
    note = staff.send(notes, part, key="part")
    assert note.status_code == 201
    assert (note.json()["kind"], note.json()["total"]) == ("credit_note", "3.00")
    staff.made(void, {"reason": "Wrong customer"}, key="void")
    assert own.seen(f"invoices/{invoice['id']}/")["status"] == "void"
    notes_seen = own.rows("invoices/", kind="credit_note")
    assert sorted(row["total"] for row in notes_seen) == ["3.00", "9.00"]


def test_with_the_invoice_menu_off_they_are_gone_for_company_keys(
    staff: Program, own: Program, invoice: Json
) -> None:
    staff.call("patch", "features/invoice_menu/", {"value": False, "reason": "trial"})
    assert own.read("invoices/").status_code in (403, 404)
    assert own.read(f"invoices/{invoice['id']}/pdf/").status_code in (403, 404)
    assert staff.seen(f"invoices/{invoice['id']}/")["id"] == invoice["id"]


@pytest.mark.parametrize("dataset", ["invoices", "invoice-lines", "payments", "ledger", "charges"])
def test_every_export_comes_in_every_format(
    staff: Program, company: Json, invoice: Json, dataset: str
) -> None:
    pay_in(staff, company, "5")
    route = f"exports/{dataset}/"
    days = {"from": "2026-01-01", "to": "2027-12-31", "company": str(company["id"])}
    table = staff.read(route, **days, format="csv")
    assert table.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(StringIO(table.getvalue().decode("utf-8-sig"))))
    assert rows
    lines = staff.read(route, **days, format="jsonl").getvalue().splitlines()
    assert len(lines) == len(rows)
    assert json.loads(lines[0])
    book = load_workbook(BytesIO(staff.read(route, **days, format="xlsx").getvalue()))
    assert sum(1 for _ in book.active) == len(rows) + 1
    none = staff.read(route, **{"from": "2020-01-01", "to": "2020-12-31"}, format="csv")
    assert list(csv.DictReader(StringIO(none.getvalue().decode("utf-8-sig")))) == []


def test_a_company_key_exports_its_own_rows(
    staff: Program, own: Program, stranger: Program, company: Json, invoice: Json
) -> None:
    mine = own.read("exports/invoices/", format="jsonl").getvalue().splitlines()
    assert [json.loads(line)["number"] for line in mine] == [invoice["number"]]
    assert stranger.read("exports/invoices/", format="jsonl").getvalue() == b""
    answer = stranger.read("exports/invoices/", company=str(company["id"]))
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ({"format": "doc"}, "format"),
        ({"from": "soon"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"company": "acme"}, "company"),
    ],
)
def test_a_wrong_export_names_its_parameter(
    staff: Program, query: dict[str, str], attr: str
) -> None:
    answer = staff.read("exports/invoices/", **query)
    assert (answer.status_code, error_of(answer)[2]) == (400, attr)
    assert staff.read("exports/secrets/").status_code == 404
