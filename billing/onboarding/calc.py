"""What becomes of a deposit. No Django."""

from __future__ import annotations

from decimal import Decimal

from billing.money.calc import round_minor


def split_deposit(
    deposit: Decimal, *, refund_percent: Decimal, currency: str
) -> tuple[Decimal, Decimal]:
    """What goes back to the card, in whole minor units, and the rest, for the balance."""
    back = round_minor(deposit * refund_percent / 100, currency)
    return back, deposit - back
