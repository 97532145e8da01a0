"""`manage.py messages [--check]`: the catalogs of `locale/` from the templates and the code."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from config.languages.catalogs import (
    PLURALS,
    as_compiled,
    as_text,
    compiled_of,
    read,
    renewed,
    source_of,
    untranslated,
)
from config.languages.extracting import phrases


class Command(BaseCommand):
    help = "Bring new phrases into the catalogs, take gone ones out, compile them."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only say what is missing; fails if anything is"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        locale, wanted = settings.LOCALE_PATHS[0], phrases(settings.BASE_DIR)
        missing = 0
        for language in PLURALS:
            catalog = renewed(read(locale, language), wanted, language)
            empty = untranslated(catalog)
            missing += len(empty)
            for message in empty:
                self.stdout.write(f"{language}: {message.id!r}")
            if not options["check"]:
                source_of(locale, language).parent.mkdir(parents=True, exist_ok=True)
                source_of(locale, language).write_bytes(as_text(catalog))
                compiled_of(locale, language).write_bytes(as_compiled(catalog))
        if options["check"] and missing:
            raise CommandError(f"{missing} phrases are not translated: see docs/languages.md")
