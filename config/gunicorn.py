"""Gunicorn's hooks: a worker that ends is taken out of the metrics.

`gunicorn --config python:config.gunicorn config.wsgi`
"""

from __future__ import annotations

import os
from typing import Protocol

from prometheus_client import multiprocess


class Worker(Protocol):
    pid: int


def child_exit(server: object, worker: Worker) -> None:
    """Called by gunicorn's master."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
