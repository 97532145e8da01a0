"""Processes of the sandbox: who they are, whether they live, how they end. Linux only.

A process is known by its id together with the moment it started and the boot it belongs to, so
that a recycled id is never mistaken for ours. Each program leads a session of its own; ending a
program ends its whole session.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

PROC = Path("/proc")
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class ProcessRecord:
    """One process beyond doubt: `started_ticks` counts clock ticks since boot `boot`."""

    pid: int
    started_ticks: int
    boot: str


@dataclass(frozen=True)
class _Stat:
    state: str
    session: int
    started_ticks: int


def record_of(pid: int) -> ProcessRecord | None:
    """The record of a process that runs now."""
    stat = _stat(pid)
    return None if stat is None else ProcessRecord(pid, stat.started_ticks, _boot())


def is_running(record: ProcessRecord) -> bool:
    return record_of(record.pid) == record


def session_members(session: int) -> list[int]:
    """Ids of the living processes of a session, its leader included."""
    return [pid for pid, stat in _processes() if stat.session == session]


def processes_in(folder: Path) -> list[int]:
    """Ids of the processes whose working directory is `folder` (PostgreSQL's is its data)."""
    return [pid for pid, _ in _processes() if _working_directory(pid) == str(folder)]


def end_session(record: ProcessRecord, *, first: signal.Signals, patience_seconds: float) -> None:
    """Ask the leader to end, wait, then kill whatever of its session is left.

    Does nothing when the leader's id belongs to another process by now.
    """
    if record.boot != _boot() or record_of(record.pid) not in (record, None):
        return
    _send([record.pid], first)
    deadline = time.monotonic() + patience_seconds
    while session_members(record.pid) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    while members := session_members(record.pid):
        _send(members, signal.SIGKILL)
        time.sleep(POLL_SECONDS)


def end_processes(pids: Sequence[int]) -> None:
    """Kill these processes and wait until they are gone."""
    _send(pids, signal.SIGKILL)
    for pid in pids:
        while _stat(pid) is not None:
            time.sleep(POLL_SECONDS)


def write_record(path: Path, record: ProcessRecord) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(record)))


def read_record(path: Path) -> ProcessRecord | None:
    """The record kept in a file; None when there is none or a crash cut it short."""
    try:
        return ProcessRecord(**json.loads(path.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def as_child(command: Sequence[str], *, at_parent_end: str, user: str | None = None) -> list[str]:
    """The command as a child that gets the signal `at_parent_end` (such as TERM) when we die.

    With `user` (we are root) it runs as that user and its group, without our other groups.
    `setpriv` is part of Debian's base system.
    """
    change = ["--reuid", user, "--regid", _group_of(user), "--clear-groups"] if user else []
    setpriv = shutil.which("setpriv", path=f"{os.environ.get('PATH', '')}:/usr/bin:/bin")
    return [setpriv or "setpriv", *change, "--pdeathsig", at_parent_end, "--", *command]


def _group_of(user: str) -> str:
    return str(pwd.getpwnam(user).pw_gid)


def _send(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _processes() -> Iterator[tuple[int, _Stat]]:
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            yield int(entry.name), stat


def _stat(pid: int) -> _Stat | None:
    """The fields of proc(5) stat that we need; None when gone, or dead and not yet collected."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    stat = _Stat(state=fields[0], session=int(fields[3]), started_ticks=int(fields[19]))
    return None if stat.state in "ZX" else stat


def _working_directory(pid: int) -> str | None:
    try:
        return str((PROC / str(pid) / "cwd").readlink())
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return None


def _boot() -> str:
    return (PROC / "sys/kernel/random/boot_id").read_text().strip()
