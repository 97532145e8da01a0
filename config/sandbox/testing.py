"""The sandbox for a test run: real servers on free ports, gone when the run ends."""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.sandbox import postgres, processes, services
from config.sandbox.folder import DataFolder
from config.sandbox.services import ROOT, Service

STOP_SECONDS = 10


def ensure_database_url() -> str:
    """DATABASE_URL as given, or of an embedded PostgreSQL started for this run."""
    if not os.environ.get("DATABASE_URL"):
        service, os.environ["DATABASE_URL"] = services.postgres_service(_run_folder())
        atexit.register(stop, start(service, _run_folder()), service)
    return os.environ["DATABASE_URL"]


def ensure_redis_url() -> str:
    """REDIS_URL as given, or of an embedded Redis started for this run."""
    if not os.environ.get("REDIS_URL"):
        service, os.environ["REDIS_URL"] = services.redis_service(_run_folder())
        atexit.register(stop, start(service, _run_folder()), service)
    return os.environ["REDIS_URL"]


@dataclass(frozen=True)
class Stack:
    """Servers for tests; `settings` are the values of Django settings that lead to them."""

    base: str
    settings: dict[str, str]

    def control(self, path: str = "", /, **body: object) -> Any:
        """`POST /_control/<path>` with this body; the answer."""
        return self._ask(path, json.dumps(body).encode())

    def state(self) -> Any:
        """`GET /_control/`."""
        return self._ask("", None)

    def _ask(self, path: str, body: bytes | None) -> Any:
        token = self.settings.get("OPERATOR_TOKEN", "")
        headers = {"Content-Type": "application/json", "Authorization": f"Token {token}"}
        request = urllib.request.Request(f"{self.base}/_control/{path}", body, headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - loopback
            return json.load(response)


@contextmanager
def stripe_stack() -> Iterator[Stack]:
    """localstripe and the pass-through, without a webhook endpoint (see `control`)."""
    with temporary_folder() as folder:
        started, settings = services.gateway_services(folder, webhook_url="")
        with running(started, folder):
            yield Stack(settings["STRIPE_API_BASE"], settings)


@contextmanager
def operator_stack() -> Iterator[Stack]:
    with temporary_folder() as folder:
        service, settings = services.operator_service(folder)
        with running([service], folder):
            yield Stack(settings["OPERATOR_BASE_URL"], settings)


@contextmanager
def temporary_folder() -> Iterator[DataFolder]:
    """A data folder that PostgreSQL's user may pass through, deleted at the end."""
    path = Path(tempfile.mkdtemp(prefix="tollgate-sandbox-"))
    path.chmod(0o711)
    folder = DataFolder.at(path)
    try:
        yield folder
    finally:
        postgres.delete_cluster(folder)
        shutil.rmtree(path)


@contextmanager
def running(started: list[Service], folder: DataFolder) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The services, ready, until the end of the block."""
    children: list[subprocess.Popen[bytes]] = []
    try:
        for service in started:
            children.append(start(service, folder))  # noqa: PERF401 - each must be stopped
        yield children
    finally:
        for child, service in reversed(list(zip(children, started, strict=False))):
            stop(child, service)


def start(service: Service, folder: DataFolder) -> subprocess.Popen[bytes]:
    """Start a service and wait until it is ready."""
    log = folder.logs / f"{service.name}.log"
    with log.open("ab") as output:
        child = subprocess.Popen(
            service.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | service.environment,
            cwd=ROOT,
            start_new_session=True,
        )
    try:
        services.wait_until_ready(service, pid=child.pid, log=log)
    except BaseException:
        stop(child, service)
        raise
    return child


def stop(child: subprocess.Popen[bytes], service: Service) -> None:
    """End a service and all its processes."""
    record = processes.record_of(child.pid)
    if record is not None:
        processes.end_session(record, first=service.stop_signal, patience_seconds=STOP_SECONDS)
    child.wait()


@functools.cache
def _run_folder() -> DataFolder:
    context = temporary_folder()
    folder = context.__enter__()
    atexit.register(context.__exit__, None, None, None)
    return folder
