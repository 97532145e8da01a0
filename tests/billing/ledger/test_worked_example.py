"""The worked example of docs/ledger.md, step by step."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from djmoney.money import Money

from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.exceptions import InsufficientBalance
from billing.ledger.holds import end_hold, locked_hold, place_hold, place_partial_hold
from billing.ledger.models import Account, AccountKind, EntryKind, Hold
from billing.ledger.queries import balance
from billing.ledger.tasks import release_expired_holds
from tests.factories import NOW, make_company, new_key, pay_in, use

D = Decimal
HOUR = timedelta(hours=1)


@pytest.mark.django_db
def test_the_worked_example_of_the_documentation() -> None:
    company = make_company(tax_percent=D(20))

    def figures() -> tuple[Decimal, Decimal, Decimal, Decimal]:
        stands = balance(company)
        return stands.balance, stands.uninvoiced, stands.held, stands.available

    def asks(amount: str) -> dict[str, object]:
        return {
            "amount": Money(amount, "USD"),
            "reference": "session",
            "expires_in": HOUR,
            "key": new_key(),
            "at": NOW,
        }

    pay_in(company, Money(100, "USD"))
    assert figures() == (D(100), D(0), D(0), D(100))

    use(company, net="10", tax="2")
    assert figures() == (D(88), D(12), D(0), D(88))

    first = place_hold(company, **asks("60"))  # type: ignore[arg-type]
    assert figures() == (D(88), D(12), D(60), D(28))

    second = place_partial_hold(company, **asks("40"))  # type: ignore[arg-type]
    assert (second.amount, second.is_final) == (D(28), True)
    assert figures() == (D(88), D(12), D(88), D(0))

    with pytest.raises(InsufficientBalance) as refusal:
        place_hold(company, **asks("0.01"))  # type: ignore[arg-type]
    assert refusal.value.extra["missing"] == {"amount": "0.01", "currency": "USD"}

    with transaction.atomic():
        hold = locked_hold(first.pk)
        use(company, net="41.67", tax="8.33")
        end_hold(hold, status=Hold.Status.COMMITTED, at=NOW)
    assert figures() == (D(38), D(62), D(28), D(10))

    assert release_expired_holds(at=NOW + HOUR) == 1
    assert figures() == (D(38), D(62), D(0), D(38))

    legs = [
        LegSpec(AccountKind.UNINVOICED, D("-51.67"), "USD", company),
        LegSpec(AccountKind.UNINVOICED_TAX, D("-10.33"), "USD", company),
        LegSpec(AccountKind.REVENUE, D("51.67"), "USD"),
        LegSpec(AccountKind.TAX, D("10.33"), "USD", detail="20"),
    ]
    make_entry(EntryKind.INVOICE, company=company, legs=legs, key=new_key(), at=NOW, by="system")
    assert figures() == (D(38), D(0), D(0), D(38))
    assert Account.objects.get(kind=AccountKind.REVENUE).balance is None
