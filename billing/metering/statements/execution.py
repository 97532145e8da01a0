"""Running a statement prepared, so that it is planned once and not for every batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection


def run(
    statement: str, parameters: Mapping[str, object] | None = None, *, rows: int
) -> psycopg.Cursor[tuple[Any, ...]]:
    """Execute a statement on temporary tables that hold about so many rows.

    A plan that was made for one record would be ruinous for ten thousand, so each order of
    magnitude has its own, told apart by a comment. Errors are Django's.
    """
    connection.ensure_connection()
    text = f"{statement} -- {len(str(rows))} digits of rows"
    with connection.wrap_database_errors:
        cursor = psycopg.Cursor(connection.connection)
        cursor.execute(text, parameters, prepare=True)
        return cursor
