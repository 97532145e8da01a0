"""Gunicorn on a free port, and clients that keep their connections and wait for each answer."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

READY_SECONDS = 60


@dataclass(frozen=True)
class Call:
    """One request; made anew for each call."""

    path: str
    body: bytes
    headers: dict[str, str]


@contextmanager
def served(application: str) -> Iterator[int]:
    """The WSGI application behind gunicorn; gives its port, ends it afterwards."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "2", "--threads", "4", "--log-level", "error", "--keep-alive", "75"]
    process = subprocess.Popen(command, env=os.environ | {"CONN_MAX_AGE": "600"})
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def latencies(port: int, call: Callable[[], Call], *, clients: int, seconds: float) -> list[float]:
    """Seconds of each answer, `clients` asking at once for that long. Raises on any but 200/201."""
    taken: list[float] = []
    failures: list[str] = []

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        deadline = time.perf_counter() + seconds
        while (start := time.perf_counter()) < deadline and not failures:
            each = call()
            connection.request("POST", each.path, each.body, each.headers)
            answer = connection.getresponse()
            text = answer.read()
            taken.append(time.perf_counter() - start)
            if answer.status not in (200, 201):
                failures.append(f"{answer.status}: {text[:500]!r}")
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(failures[0])
    return taken


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"Nothing answers on port {port}.")
