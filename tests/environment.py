"""Sets the environment that the settings need, before Django reads them.

The parallel workers of one run share its servers and its data folder; each has a clock of its own.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from config.sandbox.testing import ensure_database_url, ensure_redis_url

if "DATA_DIR" not in os.environ:
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="tollgate-tests-")
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["SANDBOX_CLOCK_FILE"] = str(Path(os.environ["DATA_DIR"]) / f"clock-{worker}")
os.environ["SANDBOX"] = "true"
os.environ.setdefault("SECRET_KEY", "tests-only-" + "x" * 50)
ensure_database_url()
ensure_redis_url()
