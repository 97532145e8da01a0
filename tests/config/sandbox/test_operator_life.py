"""SIMs that live use data while time passes, and only they."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.sandbox.operator.life import REPORT, TICK_SECONDS, Life
from config.sandbox.operator.network import Network
from config.sandbox.operator.production import produce_now

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


def test_a_clock_moved_in_short_strides_loses_no_usage(tmp_path: Path) -> None:
    """A day in 144 strides of ten minutes is the same day as in one."""
    found = []
    for strides in (1, 144):
        network, clock = Network(tmp_path / f"{strides}.sqlite"), tmp_path / f"clock-{strides}"
        network.provision({"iccid": "alive"})
        life = Life(network, clock)
        life.begin(["alive"])
        for number in range(1, strides + 1):
            clock.write_text(str(24 * HOUR_IN_MICROSECONDS * number // strides))
            life.catch_up()
        found.append({row["id"] for row in network.usage(since=0, limit=10_000)})
    assert len(found[0]) >= 4
    assert len(found[0] ^ found[1]) <= 1  # one may have begun in the seconds between the two


def test_while_time_stands_one_living_sim_reports_a_little(tmp_path: Path) -> None:
    network = Network(tmp_path / "operator.sqlite")
    life = Life(network, None)
    life.report()
    assert network.usage(since=0, limit=10) == []
    for iccid in ("alive", "still"):
        network.provision({"iccid": iccid})
    life.begin(["alive"])
    life.report()
    (row,) = network.usage(since=0, limit=10)
    assert row["iccid"] == "alive"


def test_a_day_of_reports_is_less_than_two_hundred_megabytes() -> None:
    """17 280 ticks of 8 kB on average: 142 MB, at 0.11 a megabyte 16 dollars."""
    start = datetime(2026, 3, 1, tzinfo=UTC)
    ticks = range(0, 24 * 3600, TICK_SECONDS)
    reports = [
        produce_now("alive", at=start + timedelta(seconds=tick), pattern=REPORT) for tick in ticks
    ]
    assert 100_000_000 < sum(report.bytes for report in reports) < 200_000_000
