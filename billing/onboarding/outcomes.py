"""Registers what sign-up does when the payment of a deposit has changed."""

from __future__ import annotations

from billing.onboarding.actions.deposits import follow_payment
from billing.payments.registry import on_outcome

on_outcome(follow_payment)
