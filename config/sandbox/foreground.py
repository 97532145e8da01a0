"""One runner in the foreground of a data folder: alone there, ended by signals, leaving nothing."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from types import FrameType

from config.sandbox import processes
from config.sandbox.exceptions import SandboxError
from config.sandbox.folder import DataFolder, is_free
from config.sandbox.runner import Runner, StopRequested, end_stale

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
RECORD = "runner.json"


def foreground(folder: DataFolder, *, port: int, run: Callable[[Runner], None]) -> None:
    """Call `run` with a runner; when it ends, or a stop is requested, end all that was started.

    What a killed runner left on this folder is ended first. Raises SandboxError when another
    runner holds the folder or somebody the port.
    """
    _stop_on_signals()
    with folder.locked():
        end_stale(folder)
        if not is_free(port):
            raise SandboxError(
                f"Port {port} is taken. Stop what listens there, or choose another port: "
                f"make demo PORT={port + 1}"
            )
        _record_self(folder)
        runner = Runner(folder)
        try:
            run(runner)
        except StopRequested:
            runner.say("stopping …")
        finally:
            _ignore_signals()
            runner.stop()
            (folder.path / RECORD).unlink(missing_ok=True)


def down(folder: DataFolder) -> bool:
    """Stop the runner of this data folder, wherever it runs. Whether there was one."""
    record = processes.read_record(folder.path / RECORD)
    is_up = record is not None and processes.is_running(record)
    if record is not None and is_up:
        os.kill(record.pid, signal.SIGTERM)
        while processes.is_running(record):
            time.sleep(processes.POLL_SECONDS)
    end_stale(folder)
    return is_up


def _record_self(folder: DataFolder) -> None:
    own = processes.record_of(os.getpid())
    if own is not None:
        processes.write_record(folder.path / RECORD, own)


def _stop_on_signals() -> None:
    """A hang-up or termination that was ignored when we were started (nohup) stays ignored."""
    for number in SIGNALS:
        if number == signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _request_stop)


def _ignore_signals() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _request_stop(number: int, frame: FrameType | None) -> None:
    raise StopRequested
