"""Corrections by staff, and the second person above the set amount (500.00 by default)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from djmoney.money import Money

from accounts.audit.models import AuditRecord
from accounts.companies.models import Company
from accounts.events.models import Event
from billing.ledger.adjustments import (
    approve_adjustment,
    decline_adjustment,
    propose_adjustment,
)
from billing.ledger.exceptions import (
    AdjustmentDecided,
    AdjustmentInvalid,
    AdjustmentKeyReused,
    SecondPersonNeeded,
    WrongCurrency,
)
from billing.ledger.models import AccountKind, Adjustment
from billing.ledger.queries import balance
from features.actions import set_value
from tests.factories import NOW, make_company, new_key

pytestmark = pytest.mark.django_db
ANNA, BEN = "staff:anna@provider.example", "staff:ben@provider.example"


def propose(company: Company, amount: str, *, key: str = "", reason: str = "Outage") -> Adjustment:
    return propose_adjustment(
        company,
        amount=Money(amount, "USD"),
        reason=reason,
        key=key or new_key(),
        by=ANNA,
        at=NOW,
    )


@pytest.mark.parametrize("amount", ["500.00", "-500.00", "0.004"])
def test_up_to_the_set_amount_an_adjustment_is_booked_at_once(amount: str) -> None:
    company = make_company()
    adjustment = propose(company, amount)
    assert adjustment.status == Adjustment.Status.BOOKED
    assert balance(company).balance == Decimal(amount)


@pytest.mark.parametrize("amount", ["500.01", "-500.01"])
def test_above_it_a_second_person_books_it(amount: str) -> None:
    company = make_company()
    adjustment = propose(company, amount)
    assert adjustment.status == Adjustment.Status.PROPOSED
    assert balance(company).balance == 0
    with pytest.raises(SecondPersonNeeded):
        approve_adjustment(adjustment.pk, by=ANNA, at=NOW)
    booked = approve_adjustment(adjustment.pk, by=BEN, at=NOW)
    assert (booked.status, booked.decided_by) == (Adjustment.Status.BOOKED, BEN)
    assert balance(company).balance == Decimal(amount)


def test_the_set_amount_is_a_setting() -> None:
    set_value("four_eyes_amount", value=Decimal(1000), reason="Trust", by=ANNA, at=NOW)
    assert propose(make_company(), "1000").status == Adjustment.Status.BOOKED
    assert propose(make_company(), "1000.01").status == Adjustment.Status.PROPOSED


def test_it_is_decided_once() -> None:
    company = make_company()
    adjustment = propose(company, "600")
    decline_adjustment(adjustment.pk, by=ANNA, at=NOW)
    with pytest.raises(AdjustmentDecided):
        approve_adjustment(adjustment.pk, by=BEN, at=NOW)
    assert balance(company).balance == 0


def test_a_repeated_key_books_once() -> None:
    company = make_company()
    assert propose(company, "5", key="k") == propose(company, "5", key="k")
    assert balance(company).balance == 5
    with pytest.raises(AdjustmentKeyReused):
        propose(company, "6", key="k")


def test_the_other_side_is_chosen() -> None:
    company = make_company()
    adjustment = propose_adjustment(
        company,
        amount=Money(3, "USD"),
        against=AccountKind.WRITE_OFF,
        reason="Not worth a letter",
        key=new_key(),
        by=ANNA,
        at=NOW,
    )
    assert adjustment.entry is not None
    other = adjustment.entry.legs.exclude(account__kind=AccountKind.CUSTOMER).get()
    assert (other.account.kind, other.amount) == (AccountKind.WRITE_OFF, Decimal(-3))


def test_it_is_audited_and_told() -> None:
    company = make_company()
    propose(company, "5")
    actions = AuditRecord.objects.filter(company=company).values_list("action", flat=True)
    assert {"adjustment.proposed", "adjustment.booked"} <= set(actions)
    assert Event.objects.get(type="adjustment.booked").data["amount"] == "5.00"


def test_what_cannot_be_booked_is_refused_by_field() -> None:
    company = make_company()
    with pytest.raises(AdjustmentInvalid) as refusal:
        propose(company, "0")
    assert refusal.value.attr == "amount"
    with pytest.raises(AdjustmentInvalid) as refusal:
        propose(company, "1", reason=" ")
    assert refusal.value.attr == "reason"
    with pytest.raises(WrongCurrency):
        propose_adjustment(
            company, amount=Money(1, "EUR"), reason="x", key=new_key(), by=ANNA, at=NOW
        )
