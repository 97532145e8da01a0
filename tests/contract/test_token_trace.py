"""A real trace of tokens, from the file to the invoice, through command and API alone."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest

from tests.contract.program import Json, Program, let_jobs_run, make_plan, open_company, pay_in
from tests.contract.test_commands import run

TRACE = Path(__file__).parents[3] / "shared" / "data" / "llm_token_usage_2023.csv"
MAP = """
zone = "UTC"

[columns]
started_at = "TIMESTAMP"

[constants]
subject = "llm"

[[records]]
id = "{row}-in"
columns.quantity = "ContextTokens"
constants.meter = "input_tokens"

[[records]]
id = "{row}-out"
columns.quantity = "GeneratedTokens"
constants.meter = "output_tokens"
"""


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """The file, in a folder where its rejects may be written."""
    if not TRACE.exists():
        assert os.environ.get("CI") != "true", f"{TRACE} is absent"
        pytest.skip(f"{TRACE} is absent")
    (tmp_path / "map.toml").write_text(MAP)
    link = tmp_path / TRACE.name
    link.symlink_to(TRACE)
    return link


@pytest.fixture
def customer(staff: Program) -> Json:
    """100.00, no tax, a subscription that starts in 2023 at 0.0015 and 0.0060 per 1 000."""
    company = open_company(staff, timezone="UTC", tax_percent="0")
    pay_in(staff, company, "100")
    prices = [
        {"meter": "input_tokens", "per_unit": "0.0015", "unit": "1k_tokens"},
        {"meter": "output_tokens", "per_unit": "0.0060", "unit": "1k_tokens"},
    ]
    plan = make_plan(staff, kind="metered", meter="input_tokens", prices=prices)
    body = {
        "company": company["id"],
        "plan": plan["id"],
        "subject": "llm",
        "starts_at": "2023-11-01T00:00:00Z",
    }
    staff.made("subscriptions/", body)
    return company


@pytest.mark.shared_data
def test_the_trace_costs_28_565337_once_and_is_invoiced(
    staff: Program, customer: Json, trace: Path
) -> None:
    words = ("import_usage", trace, "--source", "azure", "--map", trace.with_name("map.toml"))
    balance = f"companies/{customer['id']}/balance/"

    out, code = run(*words)
    assert (code, out.split()[:2]) == (0, ["accepted", "17638"])
    # 18 059 974 × 0.0015/1000 + 245 896 × 0.0060/1000
    assert staff.seen(balance)["available"] == str(Decimal(100) - Decimal("28.565337"))

    out, code = run(*words)
    assert (code, out.split()[:4]) == (0, ["accepted", "0", "duplicates", "17638"])
    assert staff.seen(balance)["available"] == "71.434663"

    let_jobs_run(staff)
    [invoice] = staff.rows("invoices/", company=str(customer["id"]))
    assert sorted(line["amount"] for line in invoice["lines"]) == ["1.48", "27.09"]
    assert (invoice["subtotal"], invoice["tax"], invoice["total"]) == ("28.57", "0.00", "28.57")
    assert (invoice["status"], invoice["amount_due"]) == ("paid", "0.00")
    assert staff.seen(balance)["available"] == "71.434663"
    assert run("audit_books")[1] == 0
