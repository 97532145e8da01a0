"""Registers what recharges do when a payment's status has changed."""

from __future__ import annotations

from billing.payments.registry import on_outcome
from billing.recharges.actions.following import follow_payment

on_outcome(follow_payment)
