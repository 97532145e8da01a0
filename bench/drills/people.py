"""Customers of a drill, and the oracle that knows what they must end with."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from decimal import Decimal

from bench.drills.town import Town

PRICE = Decimal("0.01")
LONG_AGO = "2026-01-01T00:00:00Z"


@dataclass
class Customer:
    """A prepaid customer whose tokens cost 0.01 each; `used` is the oracle of its usage."""

    id: str
    subject: str
    used: int = 0
    paid: Decimal = Decimal(0)
    records: list[str] = field(default_factory=list)

    @property
    def expected_balance(self) -> Decimal:
        return self.paid - self.used * PRICE


def plan(town: Town) -> str:
    body = {
        "name": "Drill",
        "kind": "metered",
        "currency": "USD",
        "meter": "tokens",
        "effective_from": LONG_AGO,
        "prices": [{"per_unit": str(PRICE), "unit": "token"}],
    }
    return str(town.send("plans/", body)["id"])


def customer(town: Town, plan_id: str, *, billing_type: str = "prepaid") -> Customer:
    """A new customer with a card and a subscription; without limit when it pays afterwards."""
    name = f"drill-{uuid.uuid4().hex[:12]}"
    body = {
        "name": name,
        "email": f"{name}@drill.example",
        "category": "organization",
        "billing_type": billing_type,
        "contract_type": "payg",
        "currency": "USD",
        "country": "US",
        "timezone": "UTC",
        "wallet_enabled": True,
        "minimum_balance": "0",
        "credit_limit": "0" if billing_type == "prepaid" else None,
        "tax_percent": "0",
    }
    company = str(town.send("companies/", body)["id"])
    method = {"gateway": "stripe", "token": "pm_card_visa", "make_default": True}
    town.send(f"companies/{company}/payment-methods/", method)
    subscription = {"company": company, "plan": plan_id, "subject": name, "starts_at": LONG_AGO}
    town.send("subscriptions/", subscription)
    return Customer(company, name)


def pay_in(town: Town, who: Customer, amount: Decimal) -> None:
    """A bank transfer recorded by staff."""
    body = {
        "company": who.id,
        "amount": {"amount": str(amount), "currency": "USD"},
        "method": "bank_transfer",
        "reference": "drill",
        "received_at": town.read("sandbox/clock/")["now"],
    }
    town.send("payments/", body)
    who.paid += amount


def use(town: Town, who: Customer, quantities: list[int], *, at: str = "") -> None:
    """Usage records, sent without a key until they are accepted or known: ids make it once."""
    records = new_records(town, who, quantities, at=at)
    answer = town.persist("usage/", {"source": "drill", "records": records})
    taken = answer["accepted"] + answer["duplicates"]
    if taken != len(records):
        raise AssertionError(f"usage: {answer}")
    who.used += sum(quantities)


def new_records(
    town: Town, who: Customer, quantities: list[int], *, at: str = ""
) -> list[dict[str, object]]:
    """Records with ids of their own, of use at an instant, now unless said."""
    started_at = at or town.read("sandbox/clock/")["now"]
    return [
        {
            "id": str(uuid.uuid4()),
            "subject": who.subject,
            "started_at": started_at,
            "quantity": quantity,
            "meter": "tokens",
        }
        for quantity in quantities
    ]


def balance(town: Town, who: Customer) -> Decimal:
    return Decimal(town.read(f"companies/{who.id}/balance/")["available"])


def recharges(town: Town, who: Customer) -> list[dict[str, object]]:
    found: list[dict[str, object]] = town.read(f"companies/{who.id}/recharges/")["results"]
    return found


def set_rule(town: Town, who: Customer, *, threshold: str, recharge_to: str) -> None:
    answer = town.call(
        "PUT",
        f"companies/{who.id}/recharge-rule/",
        {"enabled": True, "threshold": threshold, "recharge_to": recharge_to},
    )
    if answer.status != 200:
        raise AssertionError(f"recharge-rule: {answer}")
