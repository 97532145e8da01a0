"""Runs the programs of a stack with honcho's processes and printer.

honcho's own manager starts everything at once and ends everything when one program ends. A stack
has an order, restarts what dies (a killed worker, a killed PostgreSQL), and must leave no process
behind, also when a program ignores the request to stop.
"""

from __future__ import annotations

import queue
import shlex
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from honcho.colour import get_colours
from honcho.printer import Message, Printer
from honcho.process import Process

from config.sandbox import processes
from config.sandbox.exceptions import SandboxError
from config.sandbox.folder import DataFolder

QUICK_DEATH_SECONDS = 20
QUICK_DEATHS = 5
NAME_WIDTH = 11
STARTING_SECONDS = 5
STALE_PATIENCE_SECONDS = 3


class StopRequested(Exception):
    """Ctrl-C, a termination signal, or nobody reads what we print."""


@dataclass(frozen=True)
class Program:
    """One program. With `log` its output goes to that file, otherwise to the terminal.

    Stages are stopped from the highest to the lowest, all of one stage at once.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    folder: Path
    stage: int = 0
    stop_signal: signal.Signals = signal.SIGTERM
    patience_seconds: float = 10
    log: Path | None = None

    @property
    def shell(self) -> str:
        output = f" >> {shlex.quote(str(self.log))} 2>&1" if self.log else ""
        return f"exec {shlex.join(self.command)} < /dev/null{output}"


@dataclass
class Running:
    """A program at work: the process is known once `started` is set."""

    program: Program
    started: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    pid: int = 0
    record: processes.ProcessRecord | None = None
    status: int = 0
    since: float = field(default_factory=time.monotonic)
    until: float = 0
    quick_deaths: int = 0


class Runner:
    """Programs of one data folder. Every process is recorded there, for who comes after a kill."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self.messages: queue.Queue[Message] = queue.Queue()
        self.running: dict[str, Running] = {}
        self.colours = get_colours()
        self.colour_of: dict[str, str] = {}
        self.printer = Printer(sys.stdout, width=NAME_WIDTH)
        self.is_heard = True
        threading.Thread(target=self._listen, daemon=True).start()

    def start(self, program: Program) -> Running:
        """Start a program; returns when its process exists."""
        running = Running(program)
        self.running[program.name] = running
        colour = self.colour_of.setdefault(program.name, next(self.colours))
        process = Process(
            program.shell,
            name=program.name,
            colour=colour,
            env=program.environment,
            cwd=str(program.folder),
        )
        threading.Thread(target=process.run, args=(self.messages,), daemon=True).start()
        running.started.wait()
        return running

    def finish(self, program: Program) -> None:
        """Run a program to its end. Raises SandboxError unless it ends well."""
        running = self.start(program)
        while not running.ended.wait(0.1):
            self._check_heard()
        del self.running[program.name]
        if running.status != 0:
            raise SandboxError(f"{program.name} failed (see above); nothing was left running.")

    def keep_running(self) -> None:
        """Restart what dies until a stop is requested (raised as StopRequested).

        Raises SandboxError for a program that keeps dying right after its start.
        """
        while True:
            time.sleep(0.2)
            self._check_heard()
            self.restart_dead()

    def restart_dead(self) -> None:
        """Start what ended again; what died quickly waits a second more each time.

        A program that was killed did not fail to start: it is started again without limit.
        """
        for running in list(self.running.values()):
            waits_until = running.until + running.quick_deaths
            if running.ended.is_set() and time.monotonic() >= waits_until:
                self._restart(running)

    def stop(self) -> None:
        """End all programs, the last stage first, and forget their records."""
        stages = sorted({running.program.stage for running in self.running.values()}, reverse=True)
        for stage in stages:
            group = [run for run in self.running.values() if run.program.stage == stage]
            with ThreadPoolExecutor(len(group)) as pool:
                list(pool.map(self._end, group))
        self.running.clear()

    def say(self, text: str) -> None:
        self.messages.put(Message("line", text, datetime.now(), "tollgate", None))  # noqa: DTZ005

    def _restart(self, running: Running) -> None:
        program = running.program
        was_killed = running.status == -signal.SIGKILL
        is_quick = not was_killed and running.until - running.since < QUICK_DEATH_SECONDS
        deaths = running.quick_deaths + 1 if is_quick else 0
        if deaths > QUICK_DEATHS:
            where = f"see {program.log}" if program.log else "see above"
            raise SandboxError(f"{program.name} ends right after each start; {where}.")
        self.say(f"{program.name} ended with status {running.status}; starting it again")
        self.start(program).quick_deaths = deaths

    def _end(self, running: Running) -> None:
        program = running.program
        running.started.wait(STARTING_SECONDS)
        if running.record is not None:
            processes.end_session(
                running.record,
                first=program.stop_signal,
                patience_seconds=program.patience_seconds,
            )
        self._record_file(program.name).unlink(missing_ok=True)

    def _listen(self) -> None:
        """Print lines, note what starts and ends. Runs in a thread of its own."""
        for message in iter(self.messages.get, None):
            if message.type == "line":
                self._print(message)
            else:
                self._note(message)

    def _note(self, message: Message) -> None:
        running = self.running.get(message.name)
        if running is None:
            return
        if message.type == "start":
            running.pid = message.data["pid"]
            running.record = processes.record_of(running.pid)
            if running.record is not None:
                processes.write_record(self._record_file(message.name), running.record)
            running.started.set()
        else:
            running.status = message.data["returncode"]
            running.until = time.monotonic()
            running.ended.set()

    def _print(self, message: Message) -> None:
        if self.is_heard:
            try:
                self.printer.write(message)
            except OSError:
                self.is_heard = False

    def _check_heard(self) -> None:
        if not self.is_heard:
            raise StopRequested

    def _record_file(self, name: str) -> Path:
        return self.folder.records / f"{name}.json"


def end_stale(folder: DataFolder) -> None:
    """End what a killed runner left behind on this data folder."""
    records = sorted(folder.records.glob("*.json"))
    stale = [record for path in records if (record := processes.read_record(path))]
    with ThreadPoolExecutor(max(len(stale), 1)) as pool:
        list(pool.map(_end_stale, stale))
    for path in records:
        path.unlink(missing_ok=True)


def _end_stale(record: processes.ProcessRecord) -> None:
    """SIGINT is the quick and clean end for every one of them, PostgreSQL included."""
    processes.end_session(record, first=signal.SIGINT, patience_seconds=STALE_PATIENCE_SECONDS)
