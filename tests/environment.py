"""Sets the environment that the settings need, before Django reads them."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "tests-only-" + "x" * 50)
os.environ["SANDBOX"] = "true"
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="tollgate-tests-"))
os.environ["SANDBOX_CLOCK_FILE"] = os.path.join(os.environ["DATA_DIR"], "clock")
