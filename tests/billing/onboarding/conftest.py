"""Each test signs up as if nobody had for a while."""

from __future__ import annotations

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def nobody_was_here(settings: LazySettings) -> None:
    """The limits of sign-up and of its mails count across tests."""
    settings.ACCOUNT_RATE_LIMITS = False
