"""Telling a database that cannot be written to from a fault of ours."""

from __future__ import annotations

from django.db import InternalError, OperationalError
from psycopg.errors import ReadOnlySqlTransaction


def is_outage(error: BaseException | None) -> bool:
    """Whether the database was away, full, or read-only: worth trying again later."""
    if isinstance(error, OperationalError):
        return True
    return isinstance(error, InternalError) and isinstance(error.__cause__, ReadOnlySqlTransaction)
