"""`manage.py run_due [--until T]`: what beat would have run, without beat and workers."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from accounts.jobs.exceptions import ClockIsBusy, MigrationsPending
from accounts.jobs.stepping import run_due
from config import clock
from config.management.lived import print_lived
from config.moving import InvalidInstant, instant_of
from config.schedule import JOBS


class Command(BaseCommand):
    help = (
        "Run every job until nothing is due at T (default: now). A later T, which passes through "
        "all due times on the way, is for the sandbox; its clock stays where it is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--until", help="an instant such as 2026-04-01T00:00:00Z")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        try:
            until = instant_of(options["until"]) if options["until"] else now
            if until > now and not settings.SANDBOX:
                raise CommandError("That time has not come. Only the sandbox may run ahead.")
            lived = run_due(JOBS, start=min(now, until), until=until)
        except (InvalidInstant, ClockIsBusy, MigrationsPending) as error:
            raise CommandError(str(error)) from error
        print_lived(self, lived)
