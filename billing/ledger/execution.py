"""Running a statement prepared, so that it is planned once and not for every batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.conf import settings
from django.db import connection

# Django switches psycopg's prepared statements off altogether.
ONLY_WHEN_ASKED = 1_000_000_000

_executed: WeakKeyDictionary[psycopg.Connection[Any], Counter[str]] = WeakKeyDictionary()


def run(
    statement: str, parameters: Mapping[str, object] | None = None, *, rows: int
) -> psycopg.Cursor[tuple[Any, ...]]:
    """Execute a statement on temporary tables that hold about so many rows.

    A plan that was made for one record would be ruinous for ten thousand, and one that was made
    while the tables of the database were empty for tables that have filled: each order of
    magnitude of the rows has its own, made anew at the second, fourth, eighth … execution of a
    connection. A comment tells them apart. Errors are Django's.
    """
    session = _session()
    size = f"{statement} -- {len(str(rows))} digits of rows"
    executed = _executed.setdefault(session, Counter())
    executed[size] += 1
    text = f"{size}, plan {executed[size].bit_length()}"
    with connection.wrap_database_errors:
        cursor = psycopg.Cursor(session)
        cursor.execute(text, parameters, prepare=settings.PREPARED_STATEMENTS)
        return cursor


def _session() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    session: psycopg.Connection[Any] = connection.connection
    if session.prepare_threshold is None:
        session.prepare_threshold = ONLY_WHEN_ASKED
    return session
