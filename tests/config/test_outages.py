"""A database that takes no writes, or is away, is said to be so: 503, and nothing is half done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client

from tests.accounts.access.client import staff_client
from tests.factories import make_company, new_key

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def read_only() -> Iterator[None]:
    """Every transaction of this session is read-only."""
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        yield
        cursor.execute("SET default_transaction_read_only = off")


def test_a_write_over_the_api_on_a_read_only_database_answers_503_and_may_be_tried_again() -> None:
    company, api = make_company(), staff_client()
    api.raise_request_exception = False
    body = {
        "company": str(company.pk),
        "amount": {"amount": "10.00", "currency": "USD"},
        "method": "bank_transfer",
        "reference": "r",
        "received_at": "2026-03-10T12:00:00Z",
    }
    with read_only():
        answer = api.call("POST", "payments/", body, key=new_key())
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["code"] == "database_unavailable"
    assert answer.headers["Retry-After"] == "10"


def test_a_page_without_its_database_says_that_it_is_away(client: Client) -> None:
    client.raise_request_exception = False
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    try:
        answer = client.post("/accounts/login/", {"login": "a@b.example", "password": "x"})
    finally:
        connection.close()
        connection.settings_dict["PORT"] = port
    assert answer.status_code == 503
    assert "right back" in answer.text
