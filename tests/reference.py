"""What migrations put into the database (meters, networks, staff groups, shards) outlives the tests
that empty all tables: a copy is kept beside them and put back when it is gone."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

SCHEMA = "reference"
_MADE_BY_DJANGO = ("django_migrations", "django_content_type", "auth_permission")

_OUR_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' AND NOT c.relispartition
  AND c.relname <> ALL (%s)
"""
_KEPT = "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY tablename"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The database of the run with the copy in it, made outside every test's transaction."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [SCHEMA])
        if cursor.fetchone() is not None:
            return
        cursor.execute(_OUR_TABLES, [list(_MADE_BY_DJANGO)])
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        for name in tables:
            cursor.execute(f'SELECT EXISTS (SELECT FROM public."{name}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE {SCHEMA}."{name}" AS TABLE public."{name}"')


@pytest.fixture(autouse=True)
def reference_data(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> None:
    """Puts the copy back before a test that uses the database finds it gone."""
    uses_database = {"db", "transactional_db"} & set(request.fixturenames)
    if not uses_database and request.node.get_closest_marker("django_db") is None:
        return
    request.getfixturevalue("django_db_setup")
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM meter)")
        if cursor.fetchone()[0]:
            return
        cursor.execute(_KEPT, [SCHEMA])
        for (name,) in cursor.fetchall():
            cursor.execute(
                f'INSERT INTO public."{name}" OVERRIDING SYSTEM VALUE'
                f' SELECT * FROM {SCHEMA}."{name}" ON CONFLICT DO NOTHING'
            )
