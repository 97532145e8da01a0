"""make drills [ARGS="name … --seed N"]: each drill ends in an audit of the books."""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections.abc import Callable

from bench.drills import gateway, invoices, outages, parallel, storage
from bench.drills.town import Town, town

DRILLS: dict[str, Callable[[Town, random.Random], str]] = {
    drill.__name__: drill
    for drill in (
        outages.workers_and_web_killed,
        outages.postgres_killed,
        outages.redis_lost,
        outages.two_beats,
        storage.disk_full_and_read_only_database,
        gateway.gateway_matrix,
        parallel.same_key_pays_once,
        parallel.other_keys_pay_each,
        parallel.holds_never_exceed_the_balance,
        parallel.refunds_never_exceed_the_payment,
        invoices.invoice_pay_void_and_credit_notes_in_parallel,
    )
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make drills")
    parser.add_argument("names", nargs="*", choices=[[], *DRILLS], metavar="name")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chosen = options.names or list(DRILLS)
    with town() as stack:
        failed = [name for name in chosen if not _run(name, stack, seed=options.seed)]
    print(f"{len(chosen) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def _run(name: str, stack: Town, *, seed: int) -> bool:
    """One drill and the audit after it; True when both are right."""
    started = time.monotonic()
    try:
        told = DRILLS[name](stack, random.Random(seed))
        stack.audit()
    except AssertionError:
        print(f"{name:<46} FAILED after {time.monotonic() - started:.0f} s")
        traceback.print_exc()
        return False
    print(f"{name:<46} holds   {time.monotonic() - started:4.0f} s   {told}", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
