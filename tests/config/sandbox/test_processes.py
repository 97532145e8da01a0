"""A process is ours only when id, start and boot agree; a session ends with all its members."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from config.sandbox import processes

STUBBORN = """
import signal, subprocess, sys, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("up", flush=True)
time.sleep(600)
"""


def start(code: str) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True
    )
    assert child.stdout is not None
    child.stdout.readline()
    return child


def test_a_process_that_ignores_the_request_is_killed_with_its_children() -> None:
    child = start(STUBBORN)
    record = processes.record_of(child.pid)
    assert record is not None
    assert len(processes.session_members(child.pid)) == 2
    processes.end_session(record, first=signal.SIGTERM, patience_seconds=0.3)
    assert processes.session_members(child.pid) == []
    child.wait()


def test_children_that_outlived_their_leader_are_ended() -> None:
    child = start(STUBBORN)
    record = processes.record_of(child.pid)
    assert record is not None
    child.kill()
    child.wait()
    assert len(processes.session_members(child.pid)) == 1
    processes.end_session(record, first=signal.SIGTERM, patience_seconds=0.3)
    assert processes.session_members(child.pid) == []


def test_a_recycled_id_is_left_alone() -> None:
    child = start("import time; print('up', flush=True); time.sleep(600)")
    record = processes.record_of(child.pid)
    assert record is not None
    for other in (replace(record, started_ticks=1), replace(record, boot="another")):
        processes.end_session(other, first=signal.SIGKILL, patience_seconds=0)
    assert child.poll() is None
    child.kill()
    child.wait()


def test_a_child_is_told_when_its_parent_dies() -> None:
    command = processes.as_child(["sleep", "600"], at_parent_end="TERM")
    parent = start(
        f"import subprocess, time; child = subprocess.Popen({command!r}, start_new_session=True);"
        "time.sleep(0.3); print('up', flush=True); time.sleep(600)"
    )
    sleepers = [pid for pid in all_sleepers() if parent_of(pid) == parent.pid]
    assert len(sleepers) == 1
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 5
    while processes.record_of(sleepers[0]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes.record_of(sleepers[0]) is None


def test_a_record_cut_short_by_a_crash_is_no_record(tmp_path: Path) -> None:
    path = tmp_path / "web.json"
    assert processes.read_record(path) is None
    path.write_text('{"pid": 1')
    assert processes.read_record(path) is None


def all_sleepers() -> list[int]:
    processes_here = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [int(entry.name) for entry in processes_here if name_of(entry) == "sleep"]


def name_of(entry: Path) -> str:
    try:
        return (entry / "comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def parent_of(pid: int) -> int:
    return int((Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
