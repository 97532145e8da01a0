"""B16: `make demo` from a clean clone on a warm package cache, its second start, its memory idle.

The yardstick is the limit itself: 60 s for the first start, installation included.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.drills.town import ROOT, free_port, is_ready, until
from config.sandbox import processes

NAME = "B16"
FIRST_START_LIMIT = 60.0
IDLE_SECONDS = 15
KILOBYTES_PER_MEGABYTE = 1024


def run() -> dict[str, str | float]:
    """Seconds to the first answer of /health/ready/, then of the second start, and memory."""
    with _clean_clone() as clone:
        port = free_port()
        with _demo(clone, port=port) as first:
            pass
        with _demo(clone, port=port) as second:
            time.sleep(IDLE_SECONDS)
            memory = _memory_megabytes(clone / ".data")
        subprocess.run(["make", "reset"], cwd=clone, check=True, capture_output=True)
    ratio = first / FIRST_START_LIMIT
    return {
        "value": first,
        "unit": "s",
        "yardstick": FIRST_START_LIMIT,
        "ratio": ratio,
        "ratio_min": ratio,
        "ratio_max": ratio,
        "target": 1.0,
        "second_start_s": second,
        "idle_memory_mb": memory,
    }


@contextmanager
def _clean_clone() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tollgate-clone-"))
    folder.chmod(0o755)
    try:
        subprocess.run(["git", "clone", "-q", str(ROOT), str(folder / "tollgate")], check=True)
        yield folder / "tollgate"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _demo(clone: Path, *, port: int) -> Iterator[float]:
    """Seconds until `make demo` was ready; it runs until the end of the block."""
    left_out = {"DATABASE_URL", "REDIS_URL", "DATA_DIR", "SECRET_KEY"}
    environment = {key: value for key, value in os.environ.items() if key not in left_out}
    started = time.monotonic()
    stack = subprocess.Popen(
        ["make", "demo"],
        cwd=clone,
        env=environment | {"PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: is_ready(f"http://127.0.0.1:{port}"), "the demo is ready", seconds=300)
        yield time.monotonic() - started
    finally:
        os.killpg(stack.pid, signal.SIGINT)
        stack.wait(timeout=60)


def _memory_megabytes(data: Path) -> float:
    """Memory of all programs of the stack; what they share is counted once (PSS)."""
    records = [processes.read_record(path) for path in (data / "run").glob("*.json")]
    pids = {pid for record in records if record for pid in processes.session_members(record.pid)}
    return sum(_pss_kilobytes(pid) for pid in pids) / KILOBYTES_PER_MEGABYTE


def _pss_kilobytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
