"""`python -m bench.million [records]`: a drill. A million SIM records through `import_usage`.

50 000 SIMs of 1 000 companies in 40 countries, 1 % duplicates, 0.1 % malformed. It ends with the
books: they must agree, and every record must have ended once.
"""

from __future__ import annotations

import importlib
import json
import random
import resource
import sys
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.database import own_database

RECORDS = 1_000_000


COUNTS = ("accepted", "duplicates", "conflicts", "rejected")


def main() -> None:
    total = int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS
    with own_database(), TemporaryDirectory(prefix="tollgate-million-") as folder:
        file = Path(folder) / "usage.ndjson"
        write_usage(file, total=total)
        seconds = import_usage(file)
        counts = records_by_outcome()
        began = time.perf_counter()
        findings = importlib.import_module("bench.audit").findings()
        audited = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = ", ".join(f"{counts[name]:,} {name}" for name in COUNTS)
    print(f"{total:,} records in {seconds:,.0f} s, {total / seconds:,.0f} a second: {told}")
    print(f"At most {memory} MB; the books took {audited:,.1f} s.")
    print("\n".join(findings) or "The books agree.")
    if findings or sum(counts.values()) != total:
        sys.exit(1)


def write_usage(file: Path, *, total: int) -> None:
    """The fleet's usage as an operator would send it, a line a record."""
    fleet = importlib.import_module("bench.fleet").build_fleet()
    at = importlib.import_module("config.clock").now()
    with file.open("w", encoding="utf-8") as lines:
        for record in fleet.records(total, at=at, source=random.Random(1)):
            lines.write(json.dumps(record, default=datetime.isoformat) + "\n")


def import_usage(file: Path) -> float:
    """How long the command took. It exits with 1, since some records are malformed."""
    call_command = importlib.import_module("django.core.management").call_command
    began = time.perf_counter()
    with suppress(SystemExit):
        call_command("import_usage", file, source="million")
    return time.perf_counter() - began


def records_by_outcome() -> dict[str, int]:
    """Accepted, duplicates, conflicts and rejects of all batches."""
    batches = importlib.import_module("billing.metering.models").UsageBatch.objects
    models = importlib.import_module("django.db.models")
    found: dict[str, int] = batches.aggregate(**{name: models.Sum(name) for name in COUNTS})
    return found


if __name__ == "__main__":
    main()
