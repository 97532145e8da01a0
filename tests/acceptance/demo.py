"""The stack of `make demo`, started as from a terminal and ended with Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.sandbox import environment
from config.sandbox.environment import ROOT
from config.sandbox.folder import DataFolder, free_port
from config.sandbox.testing import temporary_folder

READY_SECONDS = 240
STOP_SECONDS = 60
# What a test run sets for itself and a terminal would not have.
OF_THE_TEST_RUN = re.compile(
    r"^(DATABASE_URL|REDIS_URL|SECRET_KEY|SANDBOX|DJANGO_SETTINGS_MODULE|DEMO_DATA|(STRIPE|OPERATOR|SANDBOX)_.*)$"
)
SIGN_IN = re.compile(r"(staff|customer) \((?:administrator|owner)\)\s+(\S+@\S+)\s+(\S+)")


@dataclass(frozen=True)
class SignIn:
    email: str
    password: str


@dataclass
class Demo:
    """A demonstration that runs: `folder` holds its data, `log` what it printed."""

    folder: Path
    port: int
    log: Path
    child: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def sign_in(self, role: str) -> SignIn:
        """The sign-in that was printed for `staff` or `customer`."""
        printed = {
            found[1]: SignIn(found[2], found[3]) for found in SIGN_IN.finditer(self.printed())
        }
        return printed[role]

    def printed(self) -> str:
        return self.log.read_text()

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A management command by hand, with the environment that the stack publishes."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=_terminal() | environment.published(self.folder),
            capture_output=True,
            text=True,
            check=False,
        )

    def press_ctrl_c(self) -> int:
        """What a terminal sends to the foreground; the exit status."""
        os.killpg(self.child.pid, signal.SIGINT)
        return self.child.wait(timeout=STOP_SECONDS)

    def processes(self) -> list[str]:
        """Command lines of everything that runs on the data folder."""
        return [command for command, told in _all_processes() if str(self.folder) in told]


@contextmanager
def running_demo() -> Iterator[Demo]:
    """A demonstration of its own: free port, temporary data, embedded servers."""
    with temporary_folder() as folder:
        demo = _start(folder)
        try:
            _wait_until_ready(demo)
            yield demo
        finally:
            if demo.child.poll() is None:
                demo.press_ctrl_c()


def _start(folder: DataFolder) -> Demo:
    port, log = free_port(), folder.path / "printed.log"
    told = {"PORT": str(port), "DATA_DIR": str(folder.path), "PYTHONPATH": str(ROOT)}
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "config.sandbox", "up"],
            cwd="/",
            env=_terminal() | told,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Demo(folder.path, port, log, child)


def _wait_until_ready(demo: Demo) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not (_is_ready(demo) and "Ready." in demo.printed()):
        assert demo.child.poll() is None, demo.printed()
        assert time.monotonic() < deadline, demo.printed()
        time.sleep(0.5)


def _is_ready(demo: Demo) -> bool:
    try:
        with urllib.request.urlopen(f"{demo.address}/health/ready/", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _terminal() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not OF_THE_TEST_RUN.match(name)}


def _all_processes() -> Iterator[tuple[str, str]]:
    """Command line, and that with environment, of every living process that we may look at."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_text()
            told = (process / "environ").read_text(errors="replace")
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
        yield command.replace("\0", " "), command + told
