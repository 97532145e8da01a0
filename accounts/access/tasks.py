"""The job of idempotency keys."""

from __future__ import annotations

from datetime import datetime

from accounts.access.leases import forget_old_keys
from config.clock import wall


def forget_idempotency_keys(*, at: datetime) -> int:
    """Remove what is past its time; leases and answers age in wall time, whatever `at` is."""
    return forget_old_keys(at=wall())
