"""`manage.py describe_features [--check]`: the tables of docs/features.md from the catalog."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from config.feature_table import described


class Command(BaseCommand):
    help = "Write the tables of docs/features.md from the catalog and the tests that verify it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether it is current")

    def handle(self, *args: Any, **options: Any) -> None:
        page = settings.BASE_DIR / "docs" / "features.md"
        written = page.read_text()
        current = described(written, settings.BASE_DIR)
        if options["check"] and current != written:
            raise CommandError("docs/features.md is not current: run manage.py describe_features")
        if not options["check"]:
            page.write_text(current)
