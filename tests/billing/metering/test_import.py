"""Files of usage."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from billing.catalog.models import PlanKind
from billing.catalog.terms import PriceTerms
from billing.metering.models import Charge, UsageReject
from tests.billing.metering.usage import money_of
from tests.factories import make_company, make_plan, make_subscription

pytestmark = pytest.mark.django_db

TRACE = Path(__file__).parents[4] / "shared" / "data" / "llm_token_usage_2023.csv"
TOKENS = """
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


def run_import(file: Path, map_text: str | None = None, *, source: str = "file") -> tuple[str, int]:
    """The command's output and exit code."""
    out, options = StringIO(), {}
    if map_text is not None:
        options["map"] = file.with_name("map.toml")
        options["map"].write_text(map_text)
    try:
        call_command("import_usage", file, source=source, stdout=out, **options)
    except SystemExit as left:
        return out.getvalue(), int(left.code or 0)
    return out.getvalue(), 0


def test_a_csv_of_record_fields_needs_no_map(tmp_path: Path) -> None:
    make_subscription(make_company(), subject="sim")
    file = tmp_path / "usage.csv"
    file.write_text(
        "id,subject,started_at,quantity,country\n"
        "1,sim,2026-03-01T10:00:00Z,1048576,DE\n"
        "2,sim,2026-03-01T11:00:00+02:00,2097152,\n"
    )

    out, code = run_import(file)

    assert code == 0
    assert "accepted   2" in out
    assert list(Charge.objects.order_by("id").values_list("amount", flat=True)) == [
        Decimal("0.01"),
        Decimal("0.02"),
    ]
    assert not (tmp_path / "usage.csv.rejected.ndjson").exists()


def test_rejects_stand_beside_the_file_and_can_be_imported_when_corrected(tmp_path: Path) -> None:
    make_subscription(make_company(), subject="sim")
    file = tmp_path / "usage.csv"
    file.write_text(
        "id,subject,started_at,quantity\n"
        "1,sim,2026-03-01T10:00:00Z,1\n"
        "2,sim,2026-03-01T10:00:00,1\n"
        "3,sim,2026-03-01T10:00:00Z,-1\n"
        "4,nobody,2026-03-01T10:00:00Z,1\n"
        "5,sim,2026-03-01T10:00:00Z,1,more,than,named\n"
        "6,s\x00m,2026-03-01T10:00:00Z,1\n"
    )

    out, code = run_import(file)

    assert code == 1
    assert "rejected   5" in out
    rejects = tmp_path / "usage.csv.rejected.ndjson"
    lines = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [line["code"] for line in lines] == [
        "invalid_time",
        "invalid_quantity",
        "unknown_subject",
        "invalid_record",
        "invalid_record",
    ]
    corrected = tmp_path / "corrected.ndjson"
    corrected.write_text(json.dumps({**lines[0], "started_at": "2026-03-01T10:00:00Z"}))
    assert run_import(corrected)[1] == 0
    assert UsageReject.objects.exclude(charge_id=None).get().identity == "2"


def test_a_map_gives_naive_times_their_zone_and_format(tmp_path: Path) -> None:
    make_subscription(make_company(), subject="sim")
    file = tmp_path / "usage.csv"
    file.write_text("When,Bytes,Line\n01.03.2026 10:00,5,sim\n")

    _, code = run_import(
        file,
        'zone = "Europe/Berlin"\ntime_format = "%d.%m.%Y %H:%M"\nid = "{Line}/{row}"\n'
        '[columns]\nstarted_at = "When"\nquantity = "Bytes"\nsubject = "Line"\n',
    )

    assert code == 0
    charge = Charge.objects.get()
    assert charge.external_id == "sim/1"
    assert charge.started_at == datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "map_text",
    [
        "not toml",
        'zone = "Mars/Olympus"',
        '[columns]\nquanttiy = "Bytes"',
        "records = 5",
        "[columns]\nquantity = 7",
        'colums = "x"',
    ],
)
def test_a_map_that_says_nonsense_is_refused_with_the_reason(tmp_path: Path, map_text: str) -> None:
    file = tmp_path / "usage.csv"
    file.write_text("id\n1\n")

    with pytest.raises(CommandError):
        run_import(file, map_text)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        run_import(tmp_path / "nowhere.csv")


@pytest.mark.shared_data
def test_a_real_trace_of_tokens_costs_what_the_closed_form_says(tmp_path: Path) -> None:
    if not TRACE.exists():
        assert os.environ.get("CI") != "true", f"{TRACE} is absent"
        pytest.skip(f"{TRACE} is absent")
    plan = make_plan(
        PriceTerms(Decimal("0.0015"), unit="1k_tokens", meter="input_tokens"),
        PriceTerms(Decimal("0.0060"), unit="1k_tokens", meter="output_tokens"),
        kind=PlanKind.METERED,
        meter="input_tokens",
        at=datetime(2023, 1, 1, tzinfo=UTC),
    )
    company = make_company(tax_percent=Decimal(0))
    make_subscription(company, plan, subject="llm", at=datetime(2023, 11, 1, tzinfo=UTC))
    file = tmp_path / TRACE.name
    file.symlink_to(TRACE)

    out, code = run_import(file, TOKENS)

    assert (code, "accepted   17638" in out) == (0, True)
    # 18 059 974 × 0.0015/1000 + 245 896 × 0.0060/1000
    assert Charge.objects.aggregate(sum=Sum("amount"))["sum"] == Decimal("28.565337")
    assert money_of(company) == Decimal("-28.565337")

    out, code = run_import(file, TOKENS)

    assert (code, "duplicates 17638" in out) == (0, True)
    assert money_of(company) == Decimal("-28.565337")
