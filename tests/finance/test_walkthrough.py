"""Six months of thirty customers in three currencies: what finance adds up at the end is right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import pytest
from django.db import models
from django.db.models.functions import Coalesce

from billing.invoicing.models import Invoice, InvoiceLine
from billing.ledger.models import Leg
from billing.metering.models import Charge
from billing.payments.models import Payment
from config.sandbox.testing import Stack
from tests.accounts.access.client import staff_client
from tests.books import faults
from tests.contract.program import Json, Program
from tests.finance import sums
from tests.finance.cast import WORTH
from tests.finance.story import MONTHS, Story

D = Decimal
BEGINS = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.timeout(900)
def test_six_months_add_up(
    transactional_db: None, stripe_sandbox: Stack, sandbox_clock: None
) -> None:
    staff, second = Program(staff_client("anna").secret), Program(staff_client("ben").secret)
    story = Story(staff, second, begins=BEGINS)
    story.tell()
    assert faults() == []
    _balances_follow_from_the_documents(story)
    _exports_say_what_the_database_says(staff)
    _the_tax_report_is_what_the_accounts_moved(story)
    _fixed_sums_are_fixed(story)


def _balances_follow_from_the_documents(story: Story) -> None:
    """Payments + promotions + adjustments + rounding + fx - refunds - (invoices - credit notes)
    + write-offs - uninvoiced with tax = balances, in each currency, to the last digit."""
    staff, companies = story.staff, [each.id for each in story.customers.values()]
    terms = {
        "payments": sums.payments(staff),
        "promotions": sums.own(staff, "promotions", entry="promotion"),
        "adjustments": sums.adjusted(staff),
        "rounding": sums.own(staff, "rounding"),
        "fx": sums.own(staff, "fx"),
        "refunds": _less(sums.refunds(staff)),
        "invoices": _less(sums.invoiced(staff)),
        "write_offs": sums.written_off(staff),
        "uninvoiced": _less(sums.of_balances(staff, companies, "uninvoiced")),
    }
    balances = sums.of_balances(staff, companies, "available")
    for currency in [*WORTH, "EUR"]:
        parts = {name: each[currency] for name, each in terms.items()}
        assert sum(parts.values()) == balances[currency], (currency, parts)
        missing = [name for name in terms if currency in WORTH and not parts[name]]
        assert missing == [], f"The story has none of them in {currency}."


def _the_tax_report_is_what_the_accounts_moved(story: Story) -> None:
    """By the documents of six months and by the exported legs of the tax accounts."""
    first, last = BEGINS.date().isoformat(), "2027-07-31"
    report = story.staff.seen("tax-report/", **{"from": first, "to": last})
    reported: dict[tuple[str, Decimal], Decimal] = defaultdict(Decimal)
    for line in report["lines"]:
        reported[line["currency"], D(line["percent"])] += D(line["tax"])
    moved: dict[tuple[str, Decimal], Decimal] = defaultdict(Decimal)
    for leg in sums.table(story.staff, "ledger"):
        if leg["account"] == "tax":
            moved[leg["currency"], D(leg["detail"])] += D(leg["amount"])
    assert {key: tax for key, tax in reported.items() if tax} == moved
    assert {each["difference"] for each in report["reconciliation"]} == {"0"}
    treatments = {(each["country"], each["treatment"]) for each in report["lines"]}
    assert treatments >= {("FR", "standard"), ("DE", "standard"), ("NL", "reverse_charge")}


SHEETS: dict[str, tuple[models.QuerySet[Any], dict[str, str]]] = {
    "invoices": (
        Invoice.objects.exclude(status="draft"),
        {
            "number": "number",
            "kind": "kind",
            "status": "status",
            "company_id": "company_id",
            "currency": "currency",
            "subtotal": "subtotal",
            "tax": "tax",
            "total": "total",
            "amount_due": "amount_due",
        },
    ),
    "invoice-lines": (
        InvoiceLine.objects.exclude(invoice__status="draft"),
        {
            "number": "invoice__number",
            "position": "position",
            "description": "description",
            "quantity": "quantity",
            "unit_price": "unit_price",
            "tax_percent": "tax_percent",
            "amount": "amount",
            "exact_amount": "exact_amount",
        },
    ),
    "payments": (
        Payment.objects.annotate(charged_by_gateway=Coalesce("taken", "amount")),
        {
            "id": "id",
            "status": "status",
            "method": "method",
            "currency": "amount_currency",
            "amount": "amount",
            "charged": "charged_by_gateway",
        },
    ),
    "ledger": (
        Leg.objects.all(),
        {
            "leg": "id",
            "entry_id": "entry_id",
            "kind": "entry__kind",
            "account": "account__kind",
            "currency": "account__currency",
            "amount": "amount",
            "balance_after": "balance_after",
        },
    ),
    "charges": (
        Charge.objects.all(),
        {
            "id": "id",
            "kind": "kind",
            "quantity": "quantity",
            "unit_price": "unit_price",
            "amount": "amount",
            "tax_percent": "tax_percent",
            "tax": "tax",
        },
    ),
}
"""Exports: what is in them, and which columns of the database theirs are."""


def _exports_say_what_the_database_says(staff: Program) -> None:
    """Row by row: CSV to the last digit, XLSX to the fifteenth, which is all that numbers of a
    spreadsheet have."""
    for dataset, (kept, columns) in SHEETS.items():
        rows = sorted(tuple(map(_text, row)) for row in kept.values_list(*columns.values()))
        assert _shown(sums.table(staff, dataset), columns) == rows
        sheet = _shown(sums.spreadsheet(staff, dataset), columns)
        different = [
            (shown, row)
            for shown, row in zip(sheet, rows, strict=True)
            if not all(map(_to_fifteen_digits, shown, row))
        ]
        assert not different, f"{len(different)} rows of {dataset} differ, such as {different[0]}"


def _shown(rows: list[Json], columns: dict[str, str]) -> list[tuple[str, ...]]:
    return sorted(tuple(_text(row[name]) for name in columns) for row in rows)


def _text(cell: object) -> str:
    """A cell or a column as text: empty is empty, numbers are without trailing zeros."""
    if cell is None:
        return ""
    try:
        return format(D(str(cell)).normalize(), "f")
    except InvalidOperation:
        return str(cell)


def _to_fifteen_digits(shown: str, known: str) -> bool:
    try:
        return abs(D(shown) - D(known)) <= abs(D(known)) * D("1E-15")
    except InvalidOperation:
        return shown == known


def _fixed_sums_are_fixed(story: Story) -> None:
    """49.90 a month are six times 49.90."""
    amounts = [each["amount"] for each in _lines(story, "Fixed", "USD")]
    assert amounts.count("49.90") == MONTHS


def _lines(story: Story, name: str, currency: str) -> Iterable[Json]:
    invoices = story.invoices(story.named(name, currency))
    return [line for invoice in invoices for line in invoice["lines"]]


def _less(given: sums.Sums) -> sums.Sums:
    return sums.signed(given, -1)
