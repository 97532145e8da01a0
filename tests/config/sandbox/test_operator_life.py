"""SIMs that live use data while time passes, and only they."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.sandbox.operator.life import Life
from config.sandbox.operator.network import Network

HOUR_IN_MICROSECONDS = 3_600_000_000


def test_a_clock_moved_by_ten_days_fills_ten_days_for_living_sims_only(tmp_path: Path) -> None:
    network, clock = Network(tmp_path / "operator.sqlite"), tmp_path / "clock"
    for iccid in ("alive", "still"):
        network.provision({"iccid": iccid})
    life = Life(network, clock)
    life.begin(["alive"])
    clock.write_text(str(240 * HOUR_IN_MICROSECONDS))
    life.catch_up()
    life.catch_up()
    rows = network.usage(since=0, limit=10_000)
    assert {row["iccid"] for row in rows} == {"alive"}
    assert 10 * 4 - 12 <= len(rows) <= 11 * 12
    until = datetime.now(UTC) + timedelta(days=10)
    assert max(row["started_at"] for row in rows) <= until.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len({row["id"] for row in rows}) == len(rows)
