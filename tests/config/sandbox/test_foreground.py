"""However a runner ends, nothing of it stays behind; what dies is started again."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.sandbox import processes
from config.sandbox.environment import ROOT
from config.sandbox.folder import DataFolder, free_port
from config.sandbox.runner import QUICK_DEATHS

# Three programs: one that ends politely, one that ignores every request and has a child, one that
# writes to a log.
SCRIPT = """
import os, sys
from pathlib import Path
from config.sandbox import processes
from config.sandbox.exceptions import SandboxError
from config.sandbox.folder import DataFolder
from config.sandbox.foreground import foreground
from config.sandbox.runner import Program

folder, port = DataFolder.at(sys.argv[1]), int(sys.argv[2])
stubborn = "trap '' INT TERM HUP; sleep 600 & while :; do sleep 600; done"
programs = {
    "polite": ["sleep", "600"],
    "stubborn": ["sh", "-c", stubborn],
    "writer": ["sh", "-c", "echo written; exec sleep 600"],
}

def run(runner):
    for stage, (name, command) in enumerate(programs.items()):
        runner.start(Program(
            name, command, dict(os.environ), Path("/"), stage=stage, patience_seconds=0.5,
            log=folder.logs / "writer.log" if name == "writer" else None,
        ))
    runner.say("all started")
    runner.keep_running()

try:
    foreground(folder, port=port, run=run)
except SandboxError as error:
    sys.exit(str(error))
"""

SQUATTER = """
import socket
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
input()
"""


@dataclass
class Demo:
    """One runner in a session of its own, as a terminal would start it."""

    folder: Path
    port: int
    child: subprocess.Popen[str]

    def programs(self) -> dict[str, int]:
        """The recorded programs that run: name → id."""
        records = {path.stem: processes.read_record(path) for path in self.records()}
        return {
            name: record.pid
            for name, record in records.items()
            if record is not None and processes.is_running(record)
        }

    def records(self) -> list[Path]:
        return sorted((self.folder / "run").glob("*.json"))

    def wait_until_started(self, *, instead_of: frozenset[int] = frozenset()) -> None:
        deadline = time.monotonic() + 20
        while len(set(self.programs().values()) - instead_of) < 3:
            assert time.monotonic() < deadline
            assert self.child.poll() is None, self.child.communicate()
            time.sleep(0.05)


Start = Callable[[Path], Demo]


def launch(folder: Path, *, port: int, terminal: int | None = None) -> Demo:
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), str(port)],
        cwd=ROOT,
        stdin=terminal,
        stdout=subprocess.PIPE if terminal is None else terminal,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    return Demo(folder, port, child)


@pytest.fixture
def start() -> Iterator[Start]:
    demos: list[Demo] = []

    def begin(folder: Path) -> Demo:
        demo = launch(folder, port=free_port())
        demos.append(demo)
        demo.wait_until_started()
        return demo

    yield begin
    for demo in demos:
        demo.child.kill()
        demo.child.wait()


def sessions_of(pids: list[int]) -> list[int]:
    return [member for pid in pids for member in processes.session_members(pid)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_after_a_request_to_stop_no_process_is_left(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    demo = start(tmp_path)
    pids = list(demo.programs().values())
    assert len(sessions_of(pids)) >= 4
    demo.child.send_signal(number)
    assert demo.child.wait(timeout=10) == 0
    assert sessions_of(pids) == []
    assert demo.records() == []


def test_a_second_request_does_not_cut_the_stopping_short(start: Start, tmp_path: Path) -> None:
    demo = start(tmp_path)
    pids = list(demo.programs().values())
    for _ in range(5):
        demo.child.send_signal(signal.SIGINT)
        time.sleep(0.1)
    assert demo.child.wait(timeout=10) == 0
    assert sessions_of(pids) == []


def test_a_closed_terminal_ends_everything(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    demo = launch(tmp_path, port=free_port(), terminal=theirs)
    os.close(theirs)
    demo.wait_until_started()
    pids = list(demo.programs().values())
    os.close(ours)
    demo.child.send_signal(signal.SIGHUP)
    demo.child.wait(timeout=10)
    assert sessions_of(pids) == []


def test_after_kill_9_of_the_runner_the_next_start_ends_what_was_left(
    start: Start, tmp_path: Path
) -> None:
    first = start(tmp_path)
    left = first.programs()
    first.child.kill()
    first.child.wait()
    assert sessions_of(list(left.values())) != []
    second = start(tmp_path)
    second.wait_until_started(instead_of=frozenset(left.values()))
    assert sessions_of(list(left.values())) == []
    assert set(second.programs()) == set(left)
    second.child.send_signal(signal.SIGINT)
    second.child.wait(timeout=10)


def test_what_is_killed_is_started_again_however_often(start: Start, tmp_path: Path) -> None:
    demo = start(tmp_path)
    for _ in range(QUICK_DEATHS + 2):
        before = demo.programs()["polite"]
        os.kill(before, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while demo.programs().get("polite", before) == before:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert demo.child.poll() is None


def test_a_log_takes_the_output_of_its_program(start: Start, tmp_path: Path) -> None:
    start(tmp_path)
    assert (tmp_path / "log" / "writer.log").read_text() == "written\n"


def test_a_taken_port_is_one_sentence_and_starts_nothing(start: Start, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SQUATTER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as squatter:
        assert squatter.stdout is not None
        port = int(squatter.stdout.readline())
        demo = launch(tmp_path, port=port)
        _, said = demo.child.communicate(timeout=10)
        squatter.kill()
    assert demo.child.returncode == 1
    assert said == (
        f"Port {port} is taken. Stop what listens there, or choose another port: "
        f"make demo PORT={port + 1}\n"
    )
    assert demo.records() == []


def test_two_runners_stand_side_by_side_but_not_on_one_folder(start: Start, tmp_path: Path) -> None:
    one, two = start(tmp_path / "one"), start(tmp_path / "two")
    third = launch(tmp_path / "one", port=free_port())
    _, said = third.child.communicate(timeout=10)
    assert third.child.returncode == 1
    assert said.startswith(f"Another stack runs on {tmp_path / 'one'};")
    assert (len(one.programs()), len(two.programs())) == (3, 3)


def test_a_folder_remembers_ports_and_secrets_and_shows_them_to_its_owner_only(
    tmp_path: Path,
) -> None:
    folder = DataFolder.at(tmp_path)
    port, secret = folder.port("web"), folder.secret("key")
    again = DataFolder.at(tmp_path)
    assert (again.port("web"), again.secret("key")) == (port, secret)
    assert again.port("other") != port
    assert (tmp_path / "memory.json").stat().st_mode & 0o777 == 0o600


def test_reset_deletes_what_is_ours_and_nothing_else(tmp_path: Path) -> None:
    folder = DataFolder.at(tmp_path / "data")
    folder.secret("key")
    (folder.logs / "web.log").touch()
    (folder.path / "thesis.txt").touch()
    assert folder.delete() == [folder.path / "thesis.txt"]
    (folder.path / "thesis.txt").unlink()
    assert folder.delete() == []
    assert not folder.path.exists()
