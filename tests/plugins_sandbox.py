"""Fixtures with the sandbox's real servers; `tests/conftest.py` loads them.

The servers start once for a run; each test finds them without faults and without an endpoint of
another test.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings

from config.sandbox.testing import Stack, operator_stack, stripe_stack


@pytest.fixture(scope="session")
def stripe_servers() -> Iterator[Stack]:
    with stripe_stack() as stack, override_settings(**stack.settings):
        yield stack


@pytest.fixture
def stripe_sandbox(stripe_servers: Stack) -> Iterator[Stack]:
    """The card gateway; Django's STRIPE_… settings lead to it.

    `stripe_sandbox.control(fault="timeout_after_charge", seconds=0)` orders a fault,
    `stripe_sandbox.control("endpoint", url=…, secret=…)` sets where webhooks go,
    `stripe_sandbox.state()["events"]` is what was sent.
    """
    yield stripe_servers
    stripe_servers.control("reset")
    stripe_servers.control("endpoint", url="", secret="")


@pytest.fixture(scope="session")
def operator_servers() -> Iterator[Stack]:
    with operator_stack() as stack, override_settings(**stack.settings):
        yield stack


@pytest.fixture
def operator_sandbox(operator_servers: Stack) -> Iterator[Stack]:
    """The mobile operator; Django's OPERATOR_… settings lead to it."""
    yield operator_servers
    operator_servers.control("reset")
