"""Gunicorn's side: `gunicorn --config python:config.gunicorn config.wsgi`.

A request may take longer than it may wait for the card gateway, whose answer it has to record.

Metrics: every process writes its figures into one folder, so that any of them answers /metrics for
all (`PROMETHEUS_MULTIPROC_DIR`, by default in DATA_DIR). The folder is emptied at the start; a
worker that ends is taken out.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from django.conf import settings

FOLDER = Path(
    os.environ.setdefault(
        "PROMETHEUS_MULTIPROC_DIR", str(Path(os.environ.get("DATA_DIR", ".data")) / "metrics")
    )
)

# The library looks at the environment while it is being imported.
from prometheus_client import multiprocess  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
timeout = settings.WEB_TIMEOUT_SECONDS


class Worker(Protocol):
    pid: int


def on_starting(server: object) -> None:
    """Called by gunicorn's master, once."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in FOLDER.glob("*.db"):
        file.unlink()


def child_exit(server: object, worker: Worker) -> None:
    """Called by gunicorn's master."""
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
