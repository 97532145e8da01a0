"""Running a statement prepared, so that it is planned once and not for every batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

# Django switches psycopg's prepared statements off altogether.
ONLY_WHEN_ASKED = 1_000_000_000


def run(
    statement: str, parameters: Mapping[str, object] | None = None, *, rows: int
) -> psycopg.Cursor[tuple[Any, ...]]:
    """Execute a statement on temporary tables that hold about so many rows.

    A plan that was made for one record would be ruinous for ten thousand, so each order of
    magnitude has its own, told apart by a comment. Errors are Django's.
    """
    text = f"{statement} -- {len(str(rows))} digits of rows"
    return _execute(text, parameters, is_prepared=True)


def run_planned_anew(
    statement: str, parameters: Mapping[str, object] | None = None
) -> psycopg.Cursor[tuple[Any, ...]]:
    """Execute a statement whose best plan changes as the tables of the database fill."""
    return _execute(statement, parameters, is_prepared=False)


def _execute(
    text: str, parameters: Mapping[str, object] | None, *, is_prepared: bool
) -> psycopg.Cursor[tuple[Any, ...]]:
    connection.ensure_connection()
    session = connection.connection
    if session.prepare_threshold is None:
        session.prepare_threshold = ONLY_WHEN_ASKED
    with connection.wrap_database_errors:
        cursor = psycopg.Cursor(session)
        cursor.execute(text, parameters, prepare=is_prepared and settings.PREPARED_STATEMENTS)
        return cursor
