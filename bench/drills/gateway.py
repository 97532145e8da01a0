"""The card gateway misbehaves in every documented way: one crossing is one payment."""

from __future__ import annotations

import random
from decimal import Decimal

from bench.drills import people
from bench.drills.town import Town, until

FAULTS = (
    "timeout_after_charge",
    "500_after_charge",
    "timeout_before",
    "500_before",
    "repeat_webhooks",
    "delay_webhooks",
    "reorder_webhooks",
    "drop_webhooks",
    "bad_signature",
)


def gateway_matrix(town: Town, chance: random.Random) -> str:
    """Balance 25.00 exactly at the threshold, target 500: one payment of 475.00, whatever fails."""
    plan = people.plan(town)
    for fault in FAULTS:
        who = people.customer(town, plan)
        people.pay_in(town, who, Decimal(100))
        people.set_rule(town, who, threshold="25", recharge_to="500")
        town.gateway("", fault=fault, count=1, seconds=3)
        people.use(town, who, [7500])
        _live_on(town)
        until(
            lambda who=who: people.balance(town, who) == 500,  # type: ignore[misc]
            f"{fault}: the balance is 500.00",
        )
        rows = [row for row in people.recharges(town, who) if row["status"] == "succeeded"]
        amounts = [row["amount"]["amount"] for row in rows]  # type: ignore[index]
        if amounts != ["475.00"]:
            raise AssertionError(f"{fault}: {amounts}")
        town.gateway("reset")
    return f"{len(FAULTS)} faults, each one payment of 475.00"


def _live_on(town: Town) -> None:
    """A failed try is made again a day later: live through that day."""
    town.send("sandbox/clock/", {"by": "P2D"})
