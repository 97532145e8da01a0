"""A database of its own for a run of the benchmarks, and Django set up on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from django.core.management import call_command
from django.db import connections

from config.sandbox.testing import ensure_database_url, ensure_redis_url

NAME = "tollgate_bench"


@contextmanager
def own_database() -> Iterator[str]:
    """Migrated and empty; its address is in DATABASE_URL for child processes too."""
    with TemporaryDirectory(prefix="tollgate-bench-") as folder:
        os.environ["DATA_DIR"] = folder
        os.environ["SANDBOX"] = "true"
        os.environ.setdefault("SECRET_KEY", "bench-only-" + "x" * 50)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        os.environ["LOG_LEVEL"] = "ERROR"
        os.environ["API_RATE"] = "100000000/min"
        ensure_redis_url()
        server = ensure_database_url()
        _recreate(server)
        os.environ["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{NAME}"))
        django.setup()
        call_command("migrate", verbosity=0)
        try:
            yield os.environ["DATABASE_URL"]
        finally:
            connections.close_all()
            _drop(server)


def _recreate(server: str) -> None:
    _drop(server)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME}")


def _drop(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
