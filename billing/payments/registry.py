"""What the folders above hear and are asked about a payment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from billing.payments.models import Payment

Listener = Callable[[Payment, datetime], None]
Question = Callable[[Payment], bool]

_listeners: list[Listener] = []
_questions: list[Question] = []


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
