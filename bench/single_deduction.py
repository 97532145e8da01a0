"""B6: one deduction over the API: key, scope, identity of the record, rating, entry; 4 clients.

A company's key sends one usage record a request; the answer comes when the charge is committed.
The yardstick is a bare Django view with one UPDATE behind the same server.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from itertools import count

from django.db import connection

from accounts.access.actions import create_api_key
from bench.deductions_on_one_account import customer
from bench.figures import Figures, figures, in_turn, percentile
from bench.web import Call, latencies, served
from billing.catalog.actions import create_plan
from billing.catalog.models import PlanKind
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.subscriptions.actions import subscribe
from config.clock import now

NAME = "B6"
TARGET = 1.8
P99_TARGET_MS = 5.0
CLIENTS = 4
SECONDS = 2
SUBJECT = "bench-single"

_numbers = count(1)


def run() -> Figures:
    """The median answer in ms, ours ÷ the bare view's; the percentiles are ours."""
    secret = prepare()
    ours: list[float] = []
    with served("config.wsgi") as port, served("bench.bare_view:application") as bare_port:
        rounds = in_turn(
            lambda: median_ms(port, partial(deduction, secret), ours),
            lambda: median_ms(bare_port, bare_deduction, []),
        )
    return {
        **figures(rounds, unit="ms", target=TARGET),
        "p50_ms": percentile(ours, 50) * 1000,
        "p99_ms": percentile(ours, 99) * 1000,
        "p99_target_ms": P99_TARGET_MS,
    }


def median_ms(port: int, call: Callable[[], Call], taken: list[float]) -> float:
    times = latencies(port, call, clients=CLIENTS, seconds=SECONDS)
    taken.extend(times)
    return percentile(times, 50) * 1000


def prepare() -> str:
    """A customer with a metered subscription; gives the secret of its key."""
    company, at = customer(), now()
    plan = create_plan(
        "Tokens",
        kind=PlanKind.METERED,
        currency="USD",
        meter="tokens",
        terms=PlanTerms(prices=(PriceTerms(Decimal("0.0012"), unit="token"),)),
        at=at,
        by="bench",
    )
    subscribe(company, plan, subject=SUBJECT, at=at, by="bench", now=at)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_wallet (id integer PRIMARY KEY, balance numeric(30, 12))")
        cursor.execute("INSERT INTO bare_wallet VALUES (1, 0)")
    _, secret = create_api_key(company=company, name="bench", by="bench", at=at)
    return secret


def deduction(secret: str) -> Call:
    record = {
        "id": f"record-{next(_numbers)}",
        "subject": SUBJECT,
        "started_at": now().isoformat(),
        "quantity": 1,
    }
    return Call(
        "/api/v1/usage/",
        json.dumps({"source": "bench", "records": [record]}).encode(),
        {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"},
    )


def bare_deduction() -> Call:
    return Call("/deduct/", b"{}", {"Content-Type": "application/json"})
