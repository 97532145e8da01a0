"""Who is told, in the same transaction, what became of a payment: the folders above."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from billing.payments.models import Payment

Listener = Callable[[Payment, datetime], None]

_listeners: list[Listener] = []


def on_outcome(listener: Listener) -> Listener:
    """Calls `listener(payment, at)` whenever a payment's status has changed.

    The customer account and the payment are locked; nothing external may be done.
    """
    _listeners.append(listener)
    return listener


def tell_outcome(payment: Payment, *, at: datetime) -> None:
    for listener in _listeners:
        listener(payment, at)
