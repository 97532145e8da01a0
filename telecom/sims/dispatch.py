"""Hurrying a worker along after something was asked of an operator."""

from __future__ import annotations

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

CARRY_OUT = "telecom.carry_out_operations"


def hurry_operations() -> None:
    """Have a worker carry out what was just asked, instead of waiting for the next beat."""
    transaction.on_commit(_send, robust=True)


def _send() -> None:
    try:
        current_app.send_task(CARRY_OUT)
    except OperationalError:
        # The broker is away: the beat job finds the work in the database.
        return
