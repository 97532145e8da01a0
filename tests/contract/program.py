"""A program of somebody else's that knows the contract and nothing of our code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.accounts.access.client import Api
from tests.contract.published import ID, INSTANT, check_answer

if TYPE_CHECKING:
    from rest_framework.test import _MonkeyPatchedResponse as Answer  # type: ignore[attr-defined]

Json = dict[str, Any]

AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")
MB = 1024 * 1024

_numbers = count(1)


class Program(Api):
    """Calls the API over HTTP and holds every answer against the published description."""

    def generic(  # type: ignore[override]  # whatever the client takes
        self, method: str, path: str, *args: Any, **extra: Any
    ) -> Answer:
        answer: Answer = super().generic(method, path, *args, **extra)
        check_answer(method, path, answer)
        return answer

    def made(self, route: str, body: object = None, *, key: str | None = None) -> Json:
        """The answer of a POST that succeeds."""
        return succeeded(self.send(route, body, key=key or new_name("key")))

    def seen(self, route: str, **query: str) -> Json:
        """The answer of a GET that succeeds."""
        return succeeded(self.read(route, **query))

    def rows(self, route: str, **query: str) -> list[Json]:
        """The first page of a list."""
        page = self.seen(route, **query)
        assert set(page) == {"next", "previous", "results"}
        return list(page["results"])


def succeeded(answer: Answer) -> Json:
    assert answer.status_code in (200, 201), answer.content
    body: Json = answer.json()
    return body


def new_name(prefix: str) -> str:
    """A name, key or id that was not used before."""
    return f"{prefix}-{next(_numbers)}"


def money(amount: str, currency: str = "USD") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def is_amount(value: object) -> bool:
    return isinstance(value, str) and AMOUNT.fullmatch(value) is not None


def is_money(value: object) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"amount", "currency"}
        and is_amount(value["amount"])
    )


def is_instant(value: object) -> bool:
    return isinstance(value, str) and INSTANT.fullmatch(value) is not None


def is_id(value: object) -> bool:
    """UUIDv7, as text."""
    return isinstance(value, str) and ID.fullmatch(value) is not None and value[14] == "7"


COMPANY: Json = {
    "name": "Kōbe Cloud K.K.",
    "email": "billing@kobe.example",
    "category": "organization",
    "billing_type": "prepaid",
    "contract_type": "payg",
    "currency": "USD",
    "country": "JP",
    "timezone": "Asia/Tokyo",
    "wallet_enabled": True,
    "minimum_balance": "0",
    "credit_limit": None,
    "tax_percent": "0",
    "billing_day": 1,
}


def open_company(staff: Program, **changes: object) -> Json:
    return staff.made("companies/", {**COMPANY, **changes})


def key_of(staff: Program, company: Mapping[str, object]) -> Program:
    """A program with a key of that company."""
    made = staff.made(f"companies/{company['id']}/api-keys/", {"name": new_name("program")})
    return Program(made["key"])


def pay_in(staff: Program, company: Mapping[str, object], amount: str) -> Json:
    """Money by bank transfer."""
    body = {
        "company": company["id"],
        "amount": money(amount, str(company["currency"])),
        "method": "bank_transfer",
        "reference": new_name("transfer"),
    }
    return staff.made("payments/", body)


def make_plan(staff: Program, **changes: object) -> Json:
    """0.01 a MB everywhere, unless said."""
    body = {
        "name": new_name("Plan"),
        "kind": "paygo",
        "currency": "USD",
        "prices": [{"per_unit": "0.01", "unit": "MB"}],
        "increment": "byte",
        "billing_starts": "assignment",
        "effective_from": "2020-01-01T00:00:00Z",
    }
    return staff.made("plans/", body | changes)


def subscribe(staff: Program, company: Mapping[str, object], plan: Mapping[str, object]) -> Json:
    """A subscription that has run for long, with a subject of its own."""
    body = {
        "company": company["id"],
        "plan": plan["id"],
        "subject": new_name("subject"),
        "starts_at": "2026-01-01T00:00:00Z",
    }
    return staff.made("subscriptions/", body)


def let_jobs_run(staff: Program) -> Json:
    """A minute of business time, with every job that falls due in it."""
    return staff.made("sandbox/clock/", {"by": "PT1M"})


def use(program: Program, subject: str, quantity: int = MB, **record: object) -> Json:
    """One usage record, now unless said."""
    now = program.seen("sandbox/clock/")["now"] if "started_at" not in record else None
    sent = {"id": new_name("record"), "subject": subject, "started_at": now, "quantity": quantity}
    return program.made("usage/", {"source": "contract", "records": [sent | record]})
