"""Registers what top-up invoices do with recorded money and with the outcome of a payment, and
whether one of theirs is needed."""

from __future__ import annotations

from billing.payments.registry import ask_whether_needed, on_outcome, on_transfer
from billing.topups.actions.paying import claim_transfer, follow_payment
from billing.topups.queries import needs

on_transfer(claim_transfer)
on_outcome(follow_payment)
ask_whether_needed(needs)
