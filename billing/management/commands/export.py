"""manage.py export: a finance table as a file, streamed."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.companies.models import Company
from billing.documents.rendering.tables import FileFormat
from billing.invoicing.exports import DATASETS, Selection, export

_NAMES = {name.replace("-", "_"): name for name in DATASETS}


class Command(BaseCommand):
    help = "Writes invoices, invoice lines, payments, ledger or charges to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dataset", choices=sorted(_NAMES))
        parser.add_argument("--format", choices=[kind.value for kind in FileFormat], default="csv")
        parser.add_argument("--from", dest="first", type=_day, help="first day, UTC")
        parser.add_argument("--to", dest="last", type=_day, help="last day, UTC, included")
        parser.add_argument("--company", type=_uuid)
        parser.add_argument("-o", "--output", type=Path, help="file; standard output without")

    def handle(self, *args: Any, **options: Any) -> None:
        company = options["company"]
        if company is not None and not Company.objects.filter(pk=company).exists():
            raise CommandError(f"--company: there is no company {company}.")
        selection = Selection.of_days(options["first"], options["last"], company=company)
        dataset = DATASETS[_NAMES[options["dataset"]]]
        chunks = export(dataset, selection, file_format=FileFormat(options["format"]))
        if options["output"] is None:
            for chunk in chunks:
                sys.stdout.buffer.write(chunk)
            return
        try:
            with options["output"].open("wb") as file:
                file.writelines(chunks)
        except OSError as error:
            raise CommandError(f"-o: {error}") from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2026-03-31") from error


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not the id of a company") from error
