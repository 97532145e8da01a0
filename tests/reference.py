"""What migrations put into the database (meters, networks, staff groups, shards) outlives the tests
that write for good: a copy is kept beside them, and such a test leaves the database as it found it.

Django would truncate every table and run what follows a migration again: half a second a test.
"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

SCHEMA = "reference"

# Our tables, without those that Django fills and no test changes.
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND c.relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
"""
# Triggers stand aside meanwhile: the ledger, for one, lets nobody delete.
_RESTORE = f"""
DO $$
DECLARE
    name text;
    is_as_before boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN {_TABLES} LOOP
        IF to_regclass(format('{SCHEMA}.%I', name)) IS NULL THEN
            EXECUTE format('DELETE FROM public.%I', name);
            CONTINUE;
        END IF;
        EXECUTE format(
            'SELECT NOT EXISTS ((TABLE public.%1$I EXCEPT TABLE {SCHEMA}.%1$I)'
            ' UNION ALL (TABLE {SCHEMA}.%1$I EXCEPT TABLE public.%1$I))', name)
        INTO is_as_before;
        IF NOT is_as_before THEN
            EXECUTE format('DELETE FROM public.%I', name);
            EXECUTE format(
                'INSERT INTO public.%1$I OVERRIDING SYSTEM VALUE TABLE {SCHEMA}.%1$I', name);
        END IF;
    END LOOP;
END $$
"""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The database of the run with the copy in it, made outside every test's transaction."""
    TransactionTestCase._fixture_teardown = _restore  # type: ignore[attr-defined]
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [SCHEMA])
        if cursor.fetchone() is not None:
            return
        cursor.execute(_TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        for name in tables:
            cursor.execute(f'SELECT EXISTS (SELECT FROM public."{name}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE {SCHEMA}."{name}" AS TABLE public."{name}"')


def _restore(case: TransactionTestCase) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_RESTORE)
