"""The commands of contract.md that belong to the application."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.contract.program import (
    Json,
    Program,
    make_plan,
    pay_in,
    subscribe,
)


def run(*words: object) -> tuple[str, int]:
    """What the command printed, and its exit code."""
    out = StringIO()
    try:
        call_command(*map(str, words), stdout=out)
    except SystemExit as left:
        return out.getvalue(), int(left.code or 0)
    return out.getvalue(), 0


def test_create_api_key_prints_a_key_that_works(staff: Program, company: Json) -> None:
    of_staff = Program(run("create_api_key", "--staff", "--name", "ops")[0].strip())
    assert company["id"] in {row["id"] for row in of_staff.rows("companies/")}
    own = Program(run("create_api_key", "--company", company["id"], "--name", "shop")[0].strip())
    assert [row["id"] for row in own.rows("companies/")] == [company["id"]]


@pytest.mark.parametrize("words", [(), ("--staff",), ("--name", "x"), ("--company", "x")])
def test_create_api_key_asks_for_whose_and_what(db: None, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run("create_api_key", *words)


def test_import_usage_counts_and_keeps_what_it_rejects(
    staff: Program, own: Program, company: Json, tmp_path: Path
) -> None:
    subject = subscribe(staff, company, make_plan(staff))["subject"]
    file = tmp_path / "usage.csv"
    good = f"1,{subject},2026-03-10T12:00:00Z,1048576\n"
    file.write_text(
        f"id,subject,started_at,quantity\n{good}{good}2,nobody,2026-03-10T12:00:00Z,1\n"
    )
    out, code = run("import_usage", file, "--source", "files")
    assert code == 1
    assert out.split()[:8] == [
        "accepted",
        "1",
        "duplicates",
        "1",
        "conflicts",
        "0",
        "rejected",
        "1",
    ]
    [reject] = (tmp_path / "usage.csv.rejected.ndjson").read_text().splitlines()
    assert json.loads(reject)["code"] == "unknown_subject"
    file.write_text(f"id,subject,started_at,quantity\n{good}")
    assert run("import_usage", file, "--source", "files")[1] == 0
    assert [row["amount"] for row in own.rows("charges/")] == ["0.01"]


def test_export_writes_every_table(staff: Program, company: Json, tmp_path: Path) -> None:
    pay_in(staff, company, "7")
    for table in ("invoices", "invoice_lines", "payments", "ledger", "charges"):
        for kind in ("csv", "xlsx", "jsonl"):
            file = tmp_path / f"{table}.{kind}"
            days = ("--from", "2026-01-01", "--to", "2030-12-31", "--company", company["id"])
            assert run("export", table, "--format", kind, *days, "-o", file)[1] == 0
            assert file.exists()
    with (tmp_path / "payments.csv").open(encoding="utf-8-sig", newline="") as rows:
        [payment] = csv.DictReader(rows)
    assert payment["currency"] == "USD"


def test_audit_books_proves_them(staff: Program, company: Json) -> None:
    pay_in(staff, company, "7")
    out, code = run("audit_books", "--json")
    assert (json.loads(out)["ok"], code) == (True, 0)
    assert run("audit_books")[1] == 0


def test_the_clock_is_advanced_and_what_is_due_is_run(staff: Program) -> None:
    before = staff.seen("sandbox/clock/")["now"]
    assert run("advance_clock", "--by", "PT1M")[1] == 0
    now = staff.seen("sandbox/clock/")["now"]
    assert now > before
    assert run("run_due")[1] == 0
    assert run("run_due", "--until", now)[1] == 0
    with pytest.raises(CommandError):
        run("advance_clock", "--to", before)
    with pytest.raises(CommandError):
        run("advance_clock", "--by", "soon")
