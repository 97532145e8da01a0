"""Asking, paying, refunding and voiding in any order, against sums of what was done."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.access.exceptions import Refused
from billing.insight.books import prove_books
from billing.ledger.queries import balance
from billing.payments.actions.refunds import refund_payment
from billing.payments.models import Payment
from billing.payments.queries import refundable
from billing.topups.actions.issuing import void_top_up_invoice
from billing.topups.models import TopUpInvoice
from tests.billing.topups.asking import ask, transfer
from tests.factories import BY, NOW, make_company, new_key

pytestmark = pytest.mark.django_db

# What is done, to which of those that there are, and an amount in cents.
acts = st.lists(
    st.tuples(
        st.sampled_from(["ask", "pay", "pay", "refund", "void"]),
        st.integers(0, 3),
        st.integers(1000, 40000).map(lambda cents: Decimal(cents) / 100),
    ),
    max_size=14,
)


class Account:
    """One company that lives, and the sums of what came in and what went back."""

    def __init__(self) -> None:
        self.company = make_company()
        self.asked: list[TopUpInvoice] = []
        self.paid: list[Payment] = []
        self.entered = self.back = Decimal(0)

    def ask(self, _: int, amount: Decimal) -> None:
        self.asked.append(ask(self.company, str(amount)))

    def pay(self, index: int, amount: Decimal) -> None:
        named = self.asked[index] if index < len(self.asked) else None
        self.paid.append(transfer(self.company, str(amount), paying=named))
        self.entered += amount

    def refund(self, index: int, amount: Decimal) -> None:
        payment = self.paid[index]
        payment.refresh_from_db()
        amount = min(amount, refundable(payment))
        refund_payment(payment, amount=amount, reason="x", key=new_key(), by=BY, at=NOW)
        self.back += amount

    def void(self, index: int, _: Decimal) -> None:
        void_top_up_invoice(self.asked[index].pk, reason="x", by=BY, at=NOW)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=acts)
def test_money_that_entered_is_that_of_the_payments_and_no_amount_due_is_negative(
    acts: list[tuple[str, int, Decimal]],
) -> None:
    frame = transaction.atomic()
    # As Django's own test cases do, so that durable blocks may nest.
    frame._from_testcase = True  # type: ignore[attr-defined]
    with frame:
        _live(acts)
        transaction.set_rollback(True)


def _live(acts: list[tuple[str, int, Decimal]]) -> None:
    account = Account()
    for act, index, amount in acts:
        try:
            getattr(account, act)(index, amount)
        except (Refused, IndexError):
            continue
        assert balance(account.company).balance == account.entered - account.back
        for invoice in account.asked:
            invoice.refresh_from_db()
            assert 0 <= invoice.amount_due <= invoice.amount.amount
    received = [payment.amount.amount for payment in Payment.objects.exclude(entry=None)]
    assert sum(received) == account.entered
    assert [proof.check.name for proof in prove_books() if not proof.holds] == []
