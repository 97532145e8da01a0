"""A stack of its own for a drill: started, spoken to, hurt, audited, stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from config.sandbox import environment, processes

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 120
PATIENCE_SECONDS = 120
Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """Status and body; status 0 when the connection broke."""

    status: int
    body: Json


@dataclass(frozen=True)
class Town:
    """A running stack."""

    base: str
    folder: Path
    key: str

    def call(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Answer:
        """One call of the API; a broken connection is status 0 and may have had its effect."""
        headers = {"Authorization": f"Bearer {self.key}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        address = f"{self.base}/api/v1/{path}"
        try:
            answer = requests.request(method, address, json=body, headers=headers, timeout=60)
            return Answer(answer.status_code, answer.json() if answer.content else {})
        except (requests.RequestException, ValueError):
            return Answer(0, {})

    def send(self, path: str, body: object, *, key: str | None = None) -> Json:
        """A POST that must succeed sooner or later: repeated with its key until it is answered."""
        return self.persist(path, body, key=key or str(uuid.uuid4()))

    def persist(self, path: str, body: object, *, key: str | None = None) -> Json:
        """As `send`; without a key where the body itself is known again, as usage records are."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self.call("POST", path, body, key=key)
            if answer.status in {200, 201}:
                return answer.body
            is_passing = answer.status in {0, 409, 429} or answer.status >= 500
            if not is_passing or time.monotonic() > deadline:
                raise AssertionError(f"{path}: {answer.status} {answer.body}")
            time.sleep(0.3)

    def read(self, path: str) -> Json:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (answer := self.call("GET", path)).status != 200:
            if time.monotonic() > deadline:
                raise AssertionError(f"{path}: {answer.status} {answer.body}")
            time.sleep(0.3)
        return answer.body

    def kill(self, name: str) -> None:
        """kill -9 of one program of the stack and of all that it started; it is started again."""
        record = processes.read_record(self.folder / "run" / f"{name}.json")
        if record is not None:
            for pid in processes.session_members(record.pid):
                kill_process(pid)

    def gateway(self, path: str, **body: Any) -> None:
        """Tell the sandbox gateway to misbehave."""
        base = self.settings["STRIPE_API_BASE"]
        requests.post(f"{base}/_control/{path}", json=body, timeout=30).raise_for_status()

    def gateway_events(self) -> list[Json]:
        """What the sandbox gateway has told of, the oldest first."""
        answer = requests.get(f"{self.settings['STRIPE_API_BASE']}/_control/", timeout=30)
        events: list[Json] = answer.json()["events"]
        return events

    @property
    def settings(self) -> Mapping[str, str]:
        return environment.published(self.folder)

    def manage(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A management command against this stack."""
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=os.environ | dict(self.settings),
            capture_output=True,
            text=True,
            check=False,
        )

    def audit(self) -> None:
        """Every invariant of the books holds, or the drill has failed."""
        result = self.manage("audit_books")
        if result.returncode:
            raise AssertionError(f"audit_books: {result.stdout}\n{result.stderr}")


def kill_process(pid: int) -> None:
    """SIGKILL; a process that has just ended is what was wanted."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def until(is_true: Callable[[], bool], what: str, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for something to become true; a drill fails when it does not."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise AssertionError(f"After {seconds:.0f} s still not: {what}")
        time.sleep(0.25)


@contextmanager
def town() -> Iterator[Town]:
    """An empty stack on free ports, stopped and deleted at the end."""
    folder = Path(tempfile.mkdtemp(prefix="tollgate-drill-"))
    folder.chmod(0o711)
    port = free_port()
    settings = {
        "PORT": str(port),
        "DATA_DIR": str(folder),
        "DEMO_DATA": "none",
        # How long an unanswered charge is left alone before the gateway is asked about it.
        "GATEWAY_TIMEOUT_SECONDS": "2",
    }
    inherited = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
    with (folder / "stack.log").open("wb") as log:
        stack = subprocess.Popen(
            [sys.executable, "-m", "config.sandbox", "up"],
            cwd=ROOT,
            env=inherited | settings,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        base = f"http://127.0.0.1:{port}"
        until(lambda: is_ready(base), "the stack is ready", seconds=READY_SECONDS)
        key = json.loads((folder / "demo.json").read_text())["staff_api_key"]
        yield Town(base, folder, key)
    finally:
        stack.send_signal(signal.SIGINT)
        stack.wait(timeout=60)
        subprocess.run(
            [sys.executable, "-m", "config.sandbox", "reset"],
            cwd=ROOT,
            env=inherited | settings,
            check=False,
            capture_output=True,
        )
        shutil.rmtree(folder, ignore_errors=True)


def is_ready(base: str) -> bool:
    """Whether a stack answers that it is ready."""
    try:
        return requests.get(f"{base}/health/ready/", timeout=5).status_code == 200
    except requests.RequestException:
        return False


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
