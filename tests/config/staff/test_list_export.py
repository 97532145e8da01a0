"""Lists of the admin as files: what is filtered, as values, for whom, on record."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.contrib import admin
from django.test import Client
from djmoney.money import Money

from accounts.audit.models import AuditRecord
from accounts.companies.models import Company
from billing.payments.models import Payment
from tests.access.world import make_world
from tests.billing.currencies.world import switch as switch_currencies
from tests.billing.integrations.setting import switch_on as switch_integrations
from tests.config.staff.people import staff_client_of
from tests.factories import NOW, make_company, new_key, pay_in

pytestmark = pytest.mark.django_db
LISTS = [(model._meta.app_label, str(model._meta.model_name)) for model in admin.site._registry]


def address(name: str, file_format: str = "csv") -> str:
    app, _, model = name.partition(".")
    return f"/admin/export/{app}/{model}/{file_format}/"


def rows_of(client: Client, name: str, **query: str) -> list[dict[str, str]]:
    body = client.get(address(name), query).getvalue().decode()
    return list(csv.DictReader(io.StringIO(body, newline="")))


def make_payment(company: Company, amount: Money, status: str) -> Payment:
    return Payment.objects.create(
        company=company,
        purpose="recharge",
        method="card",
        gateway="stripe",
        gateway_reference=new_key("pi"),
        amount=amount,
        status=status,
        key=new_key(),
        created_at=NOW,
        by="test",
    )


@pytest.fixture
def companies() -> tuple[Company, Company]:
    """Payments of two companies, completed and failed, in two currencies."""
    one, two = make_company(), make_company()
    for cents in range(1, 6):
        make_payment(one, Money(Decimal(cents) / 100, "USD"), "completed")
    make_payment(one, Money("7.00", "USD"), "failed")
    make_payment(two, Money("1200", "JPY"), "completed")
    return one, two


def test_a_filtered_list_row_by_row_is_what_the_database_holds(
    companies: tuple[Company, Company],
) -> None:
    rows = rows_of(staff_client_of("billing"), "billing.payment", status__exact="completed")
    expected = Payment.objects.filter(status="completed").order_by("-pk")
    assert len(rows) == 6
    for row, payment in zip(rows, expected, strict=True):
        assert Decimal(row["amount"]) == payment.amount.amount
        assert row["amount_currency"] == str(payment.amount.currency)
        assert row["status"] == "completed"
        assert row["company"] == str(payment.company)


def test_a_search_and_a_filter_together(companies: tuple[Company, Company]) -> None:
    client = staff_client_of("billing")
    rows = rows_of(client, "billing.payment", q=companies[1].name, status__exact="completed")
    assert [(row["amount"], row["amount_currency"]) for row in rows] == [("1200", "JPY")]
    assert rows_of(client, "billing.payment", q=companies[1].name, status__exact="failed") == []


def test_more_rows_than_a_page_and_a_portion_all_come(
    companies: tuple[Company, Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    """2 rows at a time, so that seven need four portions."""
    monkeypatch.setattr("accounts.pages.exports.BATCH", 2)
    rows = rows_of(staff_client_of("billing"), "billing.payment")
    assert [Decimal(row["amount"]) for row in rows] == list(
        Payment.objects.order_by("-pk").values_list("amount", flat=True)
    )


def test_the_formats_hold_the_same(companies: tuple[Company, Company]) -> None:
    client = staff_client_of("billing")
    lines = client.get(address("billing.payment", "jsonl")).getvalue().decode().splitlines()
    records: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert records[0]["amount"] == "1200"
    assert records[1]["amount"] == "7.00"
    workbook = client.get(address("billing.payment", "xlsx")).getvalue()
    sheet = openpyxl.load_workbook(io.BytesIO(workbook)).active
    assert sheet is not None
    column = list(records[0]).index("amount")
    cells = [row[column] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert [Decimal(str(cell)) for cell in cells] == [Decimal(one["amount"]) for one in records]


def test_a_text_that_a_spreadsheet_would_run_is_defused() -> None:
    company = make_company()
    Company.objects.filter(pk=company.pk).update(name='=cmd|"/c calc"!A1')
    [row] = rows_of(staff_client_of("administrator"), "accounts.company")
    assert row["name"].startswith("'=")


def test_an_accounts_balance_is_exact_and_has_its_currency() -> None:
    company = make_company()
    pay_in(company, Money("12.34", "USD"))
    rows = rows_of(staff_client_of("billing"), "billing.account", kind__exact="customer")
    assert [(row["balance"], row["balance_currency"]) for row in rows] == [("12.34", "USD")]


def test_who_may_not_see_money_gets_none_in_a_file() -> None:
    pay_in(make_company(), Money("123.45", "USD"))
    rows = rows_of(staff_client_of("operations"), "accounts.company")
    assert rows
    assert "balance" not in rows[0]
    assert "balance" in rows_of(staff_client_of("billing"), "accounts.company")[0]


@pytest.mark.parametrize(
    ("group", "name", "status"),
    [
        ("billing", "billing.payment", 200),
        ("auditor", "billing.payment", 200),
        ("operations", "telecom.sim", 200),
        ("catalog", "billing.plan", 200),
        ("operations", "billing.payment", 403),
        ("billing", "telecom.sim", 403),
        ("support", "billing.payment", 403),
        ("support", "telecom.sim", 403),
    ],
)
def test_an_export_needs_the_list_and_the_right_to_export(
    group: str, name: str, status: int
) -> None:
    client = staff_client_of(group)
    assert client.get(address(name)).status_code == status
    html = client.get(f"/admin/{name.replace('.', '/')}/").text
    assert ("Export list" in html) is (status == 200)


def test_every_export_leaves_an_audit_line(companies: tuple[Company, Company]) -> None:
    rows_of(staff_client_of("billing"), "billing.payment", status__exact="failed")
    line = AuditRecord.objects.get(action="list.exported")
    assert line.actor == "staff:billing@provider.example"
    assert line.target == "payment"
    assert line.after == {"format": "csv", "filter": "status__exact=failed"}


@pytest.mark.parametrize(("app", "model"), LISTS)
def test_every_list_of_the_admin_is_exported_as_long_as_it_is(app: str, model: str) -> None:
    switch_currencies(on=True)
    switch_integrations()
    make_world("Everything")
    client = staff_client_of("administrator")
    assert f"/admin/export/{app}/{model}/csv/" in client.get(f"/admin/{app}/{model}/").text
    exported = rows_of(client, f"{app}.{model}")
    shown = client.get(f"/admin/{app}/{model}/").context["cl"].result_count
    assert len(exported) == shown  # with the audit line of this very export


def test_the_link_carries_what_is_filtered() -> None:
    html = staff_client_of("billing").get("/admin/billing/invoice/?status__exact=open&q=x").text
    assert "/admin/export/billing/invoice/csv/?status__exact=open&amp;q=x" in html


def test_an_address_that_makes_no_sense_is_no_error() -> None:
    client = staff_client_of("administrator")
    assert client.get(address("billing.nothing")).status_code == 404
    assert client.get(address("billing.invoice", "exe")).status_code == 404
    assert client.get(address("billing.invoice"), {"nonsense": "1"}).status_code == 302
    assert Client().get(address("billing.invoice")).status_code == 302
