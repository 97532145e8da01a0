"""Programs with keys, and a company that has something of everything."""

from __future__ import annotations

import pytest

from tests.accounts.access.client import staff_client
from tests.contract.program import Json, Program, key_of, open_company


@pytest.fixture
def staff(db: None, sandbox_clock: None) -> Program:
    """A program with a staff key."""
    return Program(staff_client().secret)


@pytest.fixture
def company(staff: Program) -> Json:
    """Prepaid, active, in dollars, without tax."""
    return open_company(staff)


@pytest.fixture
def own(staff: Program, company: Json) -> Program:
    """A program with a key of `company`."""
    return key_of(staff, company)


@pytest.fixture
def stranger(staff: Program) -> Program:
    """A program with a key of another company."""
    return key_of(staff, open_company(staff, name="Stranger Ltd"))
