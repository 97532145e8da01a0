"""Registers what recharges do when a payment's status has changed, and whether one is needed."""

from __future__ import annotations

from billing.payments.registry import ask_whether_needed, on_outcome
from billing.recharges.actions.following import follow_payment
from billing.recharges.queries import needs

on_outcome(follow_payment)
ask_whether_needed(needs)
