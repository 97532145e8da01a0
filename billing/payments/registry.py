"""What the folders above hear and are asked about a payment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from billing.ledger.models import AccountKind
from billing.payments.models import Payment

Listener = Callable[[Payment, datetime], None]
Question = Callable[[Payment], bool]
Holder = Callable[[Payment], AccountKind | None]
Claimant = Callable[[Payment, UUID | None], None]

_listeners: list[Listener] = []
_questions: list[Question] = []
_holders: list[Holder] = []
_claimants: list[Claimant] = []


def on_outcome(listener: Listener) -> Listener:
    """Calls `listener(payment, at)` whenever a payment's status has changed.

    The customer account and the payment are locked; nothing external may be done.
    """
    _listeners.append(listener)
    return listener


def tell_outcome(payment: Payment, *, at: datetime) -> None:
    for listener in _listeners:
        listener(payment, at)


def ask_whether_needed(question: Question) -> Question:
    """`question(payment)` says no when what the payment was for is paid or given up."""
    _questions.append(question)
    return question


def is_needed(payment: Payment) -> bool:
    """Whether a payment that has not come in is still wanted."""
    return all(question(payment) for question in _questions)


def ask_where_money_is(holder: Holder) -> Holder:
    """`holder(payment)` names the account that a payment's money has come to, when that is not the
    customer's balance."""
    _holders.append(holder)
    return holder


def where_money_is(payment: Payment) -> AccountKind:
    """The account that gives the money back when the bank takes it."""
    answers = (holder(payment) for holder in _holders)
    return next((kind for kind in answers if kind is not None), AccountKind.CUSTOMER)


def on_transfer(claimant: Claimant) -> Claimant:
    """Calls `claimant(payment, top_up_invoice)` before recorded money is booked.

    It may take the payment for the top-up invoice that staff named, or that the reference names.
    The customer account is locked. What it refuses is not recorded.
    """
    _claimants.append(claimant)
    return claimant


def let_claim(payment: Payment, *, top_up_invoice: UUID | None) -> None:
    for claimant in _claimants:
        claimant(payment, top_up_invoice)
