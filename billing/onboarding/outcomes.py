"""Registers what sign-up does when the payment of a deposit has changed, and where its money is."""

from __future__ import annotations

from billing.onboarding.actions.deposits import follow_payment
from billing.onboarding.actions.disputes import follow_dispute
from billing.onboarding.queries import deposit_account
from billing.payments.registry import ask_where_money_is, on_outcome

on_outcome(follow_payment)
on_outcome(follow_dispute)
ask_where_money_is(deposit_account)
