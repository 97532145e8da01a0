"""Makes the database ready before web, worker and beat start: migrations, then demo data.

The one part of the sandbox that runs inside Django; a process of its own, started by the stack.
"""

from __future__ import annotations

import sys

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def main() -> None:
    django.setup()
    if _has_pending_migrations():
        call_command("migrate", verbosity=0)
    call_command("load_demo", *sys.argv[1:])


def _has_pending_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


if __name__ == "__main__":
    main()
