"""Invoices paid, voided and credited by many at once, against what one after the other allows."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import NamedTuple

from bench.drills import people
from bench.drills.people import Customer
from bench.drills.town import Json, Town, until

IN_MARCH = "2026-03-10T12:00:00Z"
TOKENS, TOTAL, NOTE = 2000, Decimal(20), Decimal("0.50")
# 64 calls on each invoice: which ones, and how many.
MIXES: tuple[dict[str, int], ...] = (
    {"pay": 64},
    {"credit-notes": 64},
    {"pay": 60, "void": 4},
    {"pay": 48, "credit-notes": 16},
    {"void": 32, "credit-notes": 32},
    {"pay": 24, "void": 16, "credit-notes": 24},
)
_BODIES: dict[str, Json] = {
    "pay": {},
    "void": {"reason": "drill"},
    "credit-notes": {"reason": "drill", "lines": [{"position": 1, "amount": str(NOTE)}]},
}


class Said(NamedTuple):
    """What a call was answered."""

    route: str
    status: int
    code: str


def invoice_pay_void_and_credit_notes_in_parallel(town: Town, chance: random.Random) -> str:
    """64 calls at once on each of six invoices of 20.00: paid or void, credited no further."""
    plan = people.plan(town)
    customers = [people.customer(town, plan, billing_type="postpaid") for _ in MIXES]
    for who in customers:
        people.use(town, who, [TOKENS], at=IN_MARCH)
    town.send("sandbox/clock/", {"by": "PT1H"})
    told: Counter[str] = Counter()
    for who, mix in zip(customers, MIXES, strict=True):
        invoice = _invoice(town, who)["id"]
        said = _at_once(town, invoice, mix, chance)
        until(lambda who=who: not _waiting(town, who), "payments are settled")  # type: ignore[misc]
        _check(town, who, said)
        told.update(one.route for one in said if one.status in {200, 201})
    return ", ".join(f"{count} × {route}" for route, count in sorted(told.items()))


def _at_once(town: Town, invoice: str, mix: dict[str, int], chance: random.Random) -> list[Said]:
    routes = [route for route, count in mix.items() for _ in range(count)]
    chance.shuffle(routes)

    def call(route: str) -> Said:
        path, key = f"invoices/{invoice}/{route}/", str(uuid.uuid4())
        answer = town.call("POST", path, _BODIES[route], key=key)
        refused = answer.body.get("errors", [{"code": ""}])
        return Said(route, answer.status, refused[0]["code"])

    with ThreadPoolExecutor(len(routes)) as pool:
        return list(pool.map(call, routes))


def _check(town: Town, who: Customer, said: list[Said]) -> None:
    """What every order of the calls, one after the other, has in common."""
    invoice, notes, paid = _invoice(town, who), _notes(town, who), _paid(town, who)
    done = Counter(one.route for one in said if one.status in {200, 201})
    credited = sum((Decimal(note["total"]) for note in notes), Decimal(0))
    due = max(TOTAL - credited - paid, Decimal(0))
    is_void = done["void"] > 0
    left = TOTAL - credited
    facts = {
        "every refusal is a rule": all(one.status in {200, 201, 400, 409} for one in said),
        "one card payment at the most": done["pay"] <= 1 and paid <= TOTAL,
        "a payment was answered if it was made": (done["pay"] == 1) == (paid > 0),
        "no more is credited than was asked": left >= 0,
        "each note that was answered is there": len(notes) >= done["credit-notes"],
        "void, or paid, or due": invoice["status"] == _status(is_void=is_void, due=due),
        "due is what is left": Decimal(invoice["amount_due"]) == due,
        "a void invoice is credited whole": not is_void or left == 0,
        "all that can be credited is credited": is_void or left == _left(said),
        "the balance is what was paid and credited": people.balance(town, who)
        == paid + credited - TOTAL,
    }
    if not all(facts.values()):
        wrong = [fact for fact, holds in facts.items() if not holds]
        raise AssertionError(f"{wrong}: {invoice}, {credited} credited, {paid} paid, {said}")


def _status(*, is_void: bool, due: Decimal) -> str:
    if is_void:
        return "void"
    return "paid" if due == 0 else "open"


def _left(said: list[Said]) -> Decimal:
    """The oracle of credit notes: as many as were asked for, until nothing is left."""
    asked = sum(one.route == "credit-notes" for one in said)
    return max(TOTAL - asked * NOTE, Decimal(0))


def _invoice(town: Town, who: Customer) -> Json:
    [found] = _documents(town, who, kind="invoice")
    return found


def _notes(town: Town, who: Customer) -> list[Json]:
    return _documents(town, who, kind="credit_note")


def _documents(town: Town, who: Customer, *, kind: str) -> list[Json]:
    path = f"invoices/?company={who.id}&kind={kind}&limit=200"
    found: list[Json] = town.read(path)["results"]
    return found


def _payments(town: Town, who: Customer) -> list[Json]:
    found: list[Json] = town.read(f"payments/?company={who.id}&limit=200")["results"]
    return found


def _waiting(town: Town, who: Customer) -> bool:
    return any(payment["status"] == "pending" for payment in _payments(town, who))


def _paid(town: Town, who: Customer) -> Decimal:
    done = (each for each in _payments(town, who) if each["status"] == "completed")
    return sum((Decimal(payment["amount"]["amount"]) for payment in done), Decimal(0))
