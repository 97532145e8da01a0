"""What finance adds up: from the exported tables and the API, not from our own queries."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO, StringIO

from openpyxl import load_workbook

from tests.contract.program import Json, Program

Sums = dict[str, Decimal]
PAID = {"completed", "partially_refunded", "refunded"}
GONE_BACK = {"pending", "completed"}


def spreadsheet(staff: Program, dataset: str) -> list[Json]:
    """An exported spreadsheet: the rows by the names of the columns. Its numbers have 15 digits."""
    answer = staff.read(f"exports/{dataset}/", format="xlsx")
    assert answer.status_code == 200
    sheet = load_workbook(BytesIO(answer.getvalue()), read_only=True).active
    assert sheet is not None
    titles, *rows = sheet.iter_rows(values_only=True)
    names = [str(title).replace(" ", "_").lower() for title in titles]
    return [dict(zip(names, row, strict=True)) for row in rows]


def table(staff: Program, dataset: str) -> list[Json]:
    """The same as CSV, where every digit stands."""
    answer = staff.read(f"exports/{dataset}/", format="csv")
    assert answer.status_code == 200
    return list(csv.DictReader(StringIO(answer.getvalue().decode("utf-8-sig"))))


def every(staff: Program, route: str, **query: str) -> list[Json]:
    """All pages of a list."""
    found: list[Json] = []
    page = staff.seen(route, **query)
    while True:
        found += page["results"]
        if not page["next"]:
            return found
        page = staff.read(page["next"]).json()


def payments(staff: Program) -> Sums:
    """Money that came in, in the currency it came in."""
    return _sums(
        (row["charged_currency"], row["charged"])
        for row in table(staff, "payments")
        if row["status"] in PAID
    )


def refunds(staff: Program) -> Sums:
    """Money that went back, or is on its way."""
    return _sums(
        (row["returned"]["currency"], row["returned"]["amount"])
        for row in every(staff, "refunds/")
        if row["status"] in GONE_BACK
    )


def invoiced(staff: Program) -> Sums:
    """Invoices less credit notes; a void invoice and its credit note cancel out."""
    return _sums(
        (row["currency"], Decimal(row["total"]) * (1 if row["kind"] == "invoice" else -1))
        for row in table(staff, "invoices")
    )


def written_off(staff: Program) -> Sums:
    return _sums(
        (row["currency"], row["amount"])
        for row in every(staff, "write-offs/")
        if row["status"] == "booked"
    )


def adjusted(staff: Program) -> Sums:
    return _sums(
        (row["amount"]["currency"], row["amount"]["amount"])
        for row in every(staff, "adjustments/")
        if row["status"] == "booked"
    )


def own(staff: Program, kind: str, *, entry: str = "") -> Sums:
    """What one of the provider's own accounts gave (less what it took), by exported legs."""
    return _sums(
        (row["currency"], -Decimal(row["amount"]))
        for row in table(staff, "ledger")
        if row["account"] == kind and entry in ("", row["kind"])
    )


def of_balances(staff: Program, companies: Iterable[str], field: str) -> Sums:
    seen = [staff.seen(f"companies/{company}/balance/") for company in companies]
    return _sums((row["currency"], row[field]) for row in seen)


def signed(given: Sums, sign: int) -> Sums:
    return _sums((currency, sign * amount) for currency, amount in given.items())


def _sums(amounts: Iterable[tuple[str, object]]) -> Sums:
    sums: Sums = defaultdict(Decimal)
    for currency, amount in amounts:
        sums[currency] += Decimal(str(amount))
    return sums
