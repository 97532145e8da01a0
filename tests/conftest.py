"""Fixtures for every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import override_settings

from accounts.companies.models import Company
from tests.accounts.access.client import Api, company_client, staff_client
from tests.reference import django_db_setup
from tests.verifying import verified_positions

__all__ = ["django_db_setup", "verified_positions"]

pytest_plugins = ["tests.plugins_sandbox"]


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """A real password hash is slow on purpose."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def staff_api(db: None) -> Api:
    """A client with a staff key."""
    return staff_client()


@pytest.fixture
def company_api(db: None) -> Callable[[Company], Api]:
    """`company_api(company)` is a client with that company's key."""
    return company_client


@pytest.fixture
def sandbox_clock(settings: LazySettings, tmp_path: Path) -> None:
    """Business time of this test alone: moving it changes no other test's."""
    settings.SANDBOX_CLOCK_FILE = str(tmp_path / "clock")
