"""64 calls at once on each route that moves money, against what one after the other gives."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from bench.drills import people
from bench.drills.people import Customer
from bench.drills.town import Answer, Town, until

CALLS = 64


def same_key_pays_once(town: Town, chance: random.Random) -> str:
    """64 identical calls with one key: one effect, answers 201 or 409 in progress."""
    who = _customer(town)
    key = str(uuid.uuid4())
    answers = _at_once(lambda: _pay_now(town, who, "20.00", key=key))
    _expect(answers, {201, 409})
    until(lambda: people.balance(town, who) == 120, "one payment of 20.00 is there")
    return _told(answers)


def other_keys_pay_each(town: Town, chance: random.Random) -> str:
    """64 calls with keys of their own: 64 payments, each once."""
    who = _customer(town)
    answers = _at_once(lambda: _pay_now(town, who, "20.00", key=str(uuid.uuid4())))
    _expect(answers, {201})
    until(lambda: people.balance(town, who) == 100 + 20 * CALLS, "64 payments are there")
    return _told(answers)


def holds_never_exceed_the_balance(town: Town, chance: random.Random) -> str:
    """64 holds of 3.00 against 100.00: 33 are granted, 31 refused, nothing is held twice."""
    who = _customer(town)
    answers = _at_once(lambda: _hold(town, who))
    _expect(answers, {201, 402})
    granted = sum(answer.status == 201 for answer in answers)
    held = Decimal(town.read(f"companies/{who.id}/balance/")["held"])
    if (granted, held) != (33, Decimal(99)):
        raise AssertionError(f"{granted} granted, {held} held")
    return _told(answers)


def refunds_never_exceed_the_payment(town: Town, chance: random.Random) -> str:
    """64 refunds of 3.00 of one payment of 20.00: six at the most."""
    who = _customer(town)
    paid = _pay_now(town, who, "20.00", key=str(uuid.uuid4()))
    payment = paid.body["payment"]
    body = {"amount": {"amount": "3.00", "currency": "USD"}, "reason": "drill"}
    answers = _at_once(
        lambda: town.call("POST", f"payments/{payment}/refund/", body, key=str(uuid.uuid4()))
    )
    refunded = sum(answer.status in {200, 201, 202} for answer in answers)
    if refunded != 6:
        raise AssertionError(f"{refunded} refunds of 3.00 of 20.00: {_told(answers)}")
    return _told(answers)


def _customer(town: Town) -> Customer:
    who = people.customer(town, people.plan(town))
    people.pay_in(town, who, Decimal(100))
    return who


def _pay_now(town: Town, who: Customer, amount: str, *, key: str) -> Answer:
    body = {"amount": {"amount": amount, "currency": "USD"}}
    return town.call("POST", f"companies/{who.id}/recharges/", body, key=key)


def _hold(town: Town, who: Customer) -> Answer:
    body = {
        "company": who.id,
        "amount": {"amount": "3.00", "currency": "USD"},
        "expires_in": 600,
        "reference": str(uuid.uuid4()),
    }
    return town.call("POST", "holds/", body, key=str(uuid.uuid4()))


def _at_once(call: Callable[[], Answer]) -> list[Answer]:
    with ThreadPoolExecutor(CALLS) as pool:
        return list(pool.map(lambda _: call(), range(CALLS)))


def _expect(answers: list[Answer], allowed: set[int]) -> None:
    strange = [answer for answer in answers if answer.status not in allowed]
    if strange:
        raise AssertionError(f"{len(strange)} strange answers, first {strange[0]}")


def _told(answers: list[Answer]) -> str:
    counts = Counter(answer.status for answer in answers)
    return ", ".join(f"{count} × {status}" for status, count in sorted(counts.items()))
