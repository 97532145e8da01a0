"""`manage.py advance_clock (--to T | --by P1M)`: live through business time, sandbox only."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from accounts.jobs.durations import InvalidDuration
from accounts.jobs.exceptions import ClockIsBusy, MigrationsPending
from accounts.jobs.stepping import advance_clock
from config import clock
from config.management.lived import print_lived
from config.moving import InvalidInstant, instant_in, instant_of
from config.schedule import JOBS


class Command(BaseCommand):
    help = "Move business time forward, running every job at its due time on the way."

    def add_arguments(self, parser: ArgumentParser) -> None:
        way = parser.add_mutually_exclusive_group(required=True)
        way.add_argument("--to", help="an instant such as 2026-04-01T00:00:00Z")
        way.add_argument("--by", help="a duration of ISO 8601 such as P1M or PT36H")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SANDBOX_CLOCK_FILE:
            raise CommandError("The clock can be moved in the sandbox only (SANDBOX_CLOCK_FILE).")
        try:
            to = instant_of(options["to"]) if options["to"] else instant_in(options["by"])
            lived = advance_clock(JOBS, to=to)
        except (InvalidInstant, InvalidDuration, clock.ClockMovesOnlyForward) as error:
            raise CommandError(str(error)) from error
        except (ClockIsBusy, MigrationsPending) as error:
            raise CommandError(str(error)) from error
        print_lived(self, lived)
