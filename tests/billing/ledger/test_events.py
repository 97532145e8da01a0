"""The table of events of the design, with its figures: 10.00 net, 20 % tax."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.models import AccountKind, EntryKind
from billing.ledger.queries import balance, balance_after
from tests.billing.ledger.legs import legs_for
from tests.factories import BY, NOW, make_company, new_key

pytestmark = pytest.mark.django_db

K = AccountKind
EVENTS: list[tuple[str, EntryKind, list[tuple[AccountKind, str, str]], str]] = [
    ("payment", EntryKind.PAYMENT, [(K.CASH, "stripe", "-12"), (K.CUSTOMER, "", "12")], "12"),
    (
        "usage",
        EntryKind.USAGE,
        [(K.CUSTOMER, "", "-12"), (K.UNINVOICED, "", "10"), (K.UNINVOICED_TAX, "", "2")],
        "-12",
    ),
    (
        "invoice issued, sub-cent difference to a postpaid customer",
        EntryKind.INVOICE,
        [
            (K.UNINVOICED, "", "-10.004"),
            (K.UNINVOICED_TAX, "", "-2.0008"),
            (K.REVENUE, "", "10"),
            (K.TAX, "20", "2"),
            (K.CUSTOMER, "", "0.0048"),
        ],
        "0.0048",
    ),
    (
        "invoice issued, sub-cent difference of a prepaid customer to rounding",
        EntryKind.INVOICE,
        [
            (K.UNINVOICED, "", "-10.004"),
            (K.UNINVOICED_TAX, "", "-2.0008"),
            (K.REVENUE, "", "10"),
            (K.TAX, "20", "2"),
            (K.ROUNDING, "", "0.0048"),
        ],
        "0",
    ),
    (
        "bundle as it is used",
        EntryKind.USAGE,
        [(K.DEFERRED, "", "-4"), (K.REVENUE, "", "4")],
        "0",
    ),
    ("bundle expired", EntryKind.USAGE, [(K.DEFERRED, "", "-1"), (K.BREAKAGE, "", "1")], "0"),
    (
        "credit note",
        EntryKind.CREDIT_NOTE,
        [(K.REVENUE, "", "-10"), (K.TAX, "20", "-2"), (K.CUSTOMER, "", "12")],
        "12",
    ),
    (
        "void and reissue",
        EntryKind.VOID,
        [
            (K.REVENUE, "", "-10"),
            (K.TAX, "20", "-2"),
            (K.UNINVOICED, "", "10"),
            (K.UNINVOICED_TAX, "", "2"),
        ],
        "0",
    ),
    (
        "refund at intent",
        EntryKind.REFUND,
        [(K.CUSTOMER, "", "-20"), (K.REFUNDS, "", "20")],
        "-20",
    ),
    (
        "refund confirmed",
        EntryKind.REFUND_SETTLED,
        [(K.REFUNDS, "", "-20"), (K.CASH, "stripe", "20")],
        "0",
    ),
    (
        "dispute",
        EntryKind.DISPUTE,
        [(K.CUSTOMER, "", "-475"), (K.CASH, "stripe", "475")],
        "-475",
    ),
    ("deposit", EntryKind.DEPOSIT, [(K.CASH, "stripe", "-1"), (K.DEPOSIT, "", "1")], "0"),
    (
        "deposit, 60 % refunded",
        EntryKind.DEPOSIT,
        [(K.DEPOSIT, "", "-1"), (K.REFUNDS, "", "0.60"), (K.CUSTOMER, "", "0.40")],
        "0.40",
    ),
    (
        "deposit of a refused customer",
        EntryKind.DEPOSIT,
        [(K.DEPOSIT, "", "-1"), (K.OTHER_INCOME, "", "1")],
        "0",
    ),
    (
        "promo credit",
        EntryKind.PROMOTION,
        [(K.PROMOTIONS, "", "-20"), (K.CUSTOMER, "", "20")],
        "20",
    ),
    (
        "write-off",
        EntryKind.WRITE_OFF,
        [(K.WRITE_OFF, "", "-12"), (K.CUSTOMER, "", "12")],
        "12",
    ),
]


@pytest.mark.parametrize(
    ("kind", "legs", "moved"), [e[1:] for e in EVENTS], ids=[e[0] for e in EVENTS]
)
def test_each_event_of_the_design_moves_the_balance_by_its_figure(
    kind: EntryKind, legs: list[tuple[AccountKind, str, str]], moved: str
) -> None:
    company = make_company()
    entry = make_entry(
        kind, company=company, legs=legs_for(company, legs), key=new_key(), at=NOW, by=BY
    )
    assert entry.legs.count() == len(legs)
    assert balance(company).balance == Decimal(moved)


def test_a_euro_card_pays_into_a_dollar_account_and_each_currency_sums_to_zero() -> None:
    company = make_company()
    entry = make_entry(
        EntryKind.PAYMENT,
        company=company,
        legs=[
            LegSpec(K.CASH, Decimal(-92), "EUR", detail="stripe"),
            LegSpec(K.FX, Decimal(92), "EUR"),
            LegSpec(K.FX, Decimal(-100), "USD"),
            LegSpec(K.CUSTOMER, Decimal(100), "USD", company),
        ],
        key=new_key(),
        at=NOW,
        by=BY,
    )
    assert balance_after(entry) == Decimal(100)
