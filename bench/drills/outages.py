"""Processes killed and stores lost under load: nothing lost, nothing doubled."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal

import redis

from bench.drills import people
from bench.drills.people import Customer
from bench.drills.town import Town, is_ready, until

SECONDS_OF_LOAD = 20
CUSTOMERS = 6


def workers_and_web_killed(town: Town, chance: random.Random) -> str:
    """kill -9 of worker, beat and web at random while usage arrives and cards are charged."""

    def hurt() -> None:
        town.kill(chance.choice(["worker", "web", "beat", "worker"]))

    return _load_while(town, chance, hurt, every=3.0)


def postgres_killed(town: Town, chance: random.Random) -> str:
    """kill -9 of PostgreSQL: what was answered is there after its recovery."""
    return _load_while(town, chance, lambda: town.kill("postgres"), every=7.0)


def redis_lost(town: Town, chance: random.Random) -> str:
    """FLUSHALL and kill -9 of Redis: work is found again in the database."""

    def hurt() -> None:
        if chance.random() < 0.5:
            town.kill("redis")
            return
        try:
            redis.Redis.from_url(town.settings["REDIS_URL"]).flushall()
        except redis.ConnectionError:
            return

    return _load_while(town, chance, hurt, every=3.0)


def two_beats(town: Town, chance: random.Random) -> str:
    """A second scheduler runs every job beside the first: still one payment for each crossing."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.is_set():
            town.manage("run_due")

    second = threading.Thread(target=beat)
    second.start()
    try:
        return _load_while(town, chance, lambda: None, every=5.0)
    finally:
        stop.set()
        second.join()


def _load_while(
    town: Town, chance: random.Random, hurt: Callable[[], None], *, every: float
) -> str:
    """Customers use and are recharged for a while; then each balance is what the oracle says."""
    plan = people.plan(town)
    customers = [people.customer(town, plan) for _ in range(CUSTOMERS)]
    for who in customers:
        people.pay_in(town, who, Decimal(60))
        people.set_rule(town, who, threshold="25", recharge_to="100")
    with _hurting(town, hurt, every), ThreadPoolExecutor(CUSTOMERS) as pool:
        seeds = [chance.random() for _ in customers]
        sent = list(
            pool.map(lambda pair: _consume(town, *pair), zip(customers, seeds, strict=True))
        )
    charged = 0
    for who in customers:
        until(lambda who=who: _is_settled(town, who), "recharges are settled")  # type: ignore[misc]
        charged += _check(town, who)
    return f"{sum(sent)} records, {charged} recharges"


def _consume(town: Town, who: Customer, seed: float) -> int:
    chance = random.Random(seed)
    sent, deadline = 0, time.monotonic() + SECONDS_OF_LOAD
    while time.monotonic() < deadline:
        quantities = [chance.randrange(1, 60) for _ in range(5)]
        people.use(town, who, quantities)
        sent += len(quantities)
    return sent


def _is_settled(town: Town, who: Customer) -> bool:
    """No recharge is under way, and none is missing: at the threshold one must have been made."""
    rows = people.recharges(town, who)
    under_way = any(row["status"] in {"pending", "charging"} for row in rows)
    used_up = len(rows) >= 2
    return not under_way and (used_up or people.balance(town, who) > 25)


def _check(town: Town, who: Customer) -> int:
    """Balance = transfers + recharges that succeeded − usage, to the last cent."""
    done = [row for row in people.recharges(town, who) if row["status"] == "succeeded"]
    received = sum((Decimal(row["amount"]["amount"]) for row in done), Decimal(0))  # type: ignore[index]
    expected, found = who.expected_balance + received, people.balance(town, who)
    if expected != found:
        raise AssertionError(f"{who.subject}: expected {expected}, found {found}")
    return len(done)


@contextmanager
def _hurting(town: Town, hurt: Callable[[], None], every: float) -> Iterator[None]:
    """Hurt again and again, each time once the stack has stood up: a stack that never works
    cannot lose anything."""
    stop = threading.Event()

    def go_on() -> None:
        while not stop.wait(every):
            if is_ready(town.base):
                hurt()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
