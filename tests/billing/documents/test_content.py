"""Frozen facts survive the database: JSON and back is the same document."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.documents.rendering.content import (
    DocumentLine,
    InvoiceContent,
    Party,
    ReceiptContent,
    StatementContent,
    TaxCategory,
)
from billing.documents.rendering.frozen import Frozen
from tests.billing.documents.examples import RECEIPT, SELLER, STATEMENT, token_invoice

amounts = st.decimals(allow_nan=False, allow_infinity=False)
lines = st.builds(
    DocumentLine,
    description=st.text(),
    quantity=amounts,
    unit_price=amounts,
    amount=amounts,
    tax_rate=amounts,
    unit=st.text(max_size=10),
    included=amounts,
    subject=st.text(),
    tax_category=st.none() | st.sampled_from(TaxCategory),
)


def thawed(facts: Frozen) -> Frozen:
    return type(facts).from_json(json.loads(json.dumps(facts.to_json())))


@pytest.mark.parametrize("facts", [token_invoice(), RECEIPT, STATEMENT])
def test_a_document_comes_back_as_it_was(
    facts: InvoiceContent | ReceiptContent | StatementContent,
) -> None:
    assert thawed(facts) == facts


@given(st.lists(lines, max_size=3), st.datetimes(timezones=st.just(UTC)), st.binary(max_size=40))
def test_any_line_time_and_logo_comes_back(
    some: list[DocumentLine], due: datetime, logo: bytes
) -> None:
    facts = replace(
        token_invoice(), lines=tuple(some), due_at=due, seller=replace(SELLER, logo=logo)
    )
    assert thawed(facts) == facts


def test_a_figure_keeps_its_last_zeros() -> None:
    frozen = replace(RECEIPT, amount=Decimal("475.000000000000")).to_json()
    assert frozen["amount"] == "475.000000000000"
    assert str(ReceiptContent.from_json(frozen).amount) == "475.000000000000"


def test_a_field_that_this_version_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="Party has no fax"):
        Party.from_json({"name": "Globex", "fax": "1"})


def test_a_field_that_was_added_later_has_its_default() -> None:
    assert Party.from_json({"name": "Globex"}) == Party(name="Globex")


def test_a_field_of_the_wrong_type_is_refused() -> None:
    with pytest.raises(ValueError, match="5 is not a str"):
        Party.from_json({"name": 5})
