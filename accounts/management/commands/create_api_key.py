"""Makes an API key and prints it once."""

from __future__ import annotations

from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.access.actions import create_api_key
from accounts.companies.models import Company
from config.clock import now

LONGEST_NAME = 100


class Command(BaseCommand):
    help = "Makes an API key of the staff or of one company. It is printed once and kept hashed."

    def add_arguments(self, parser: CommandParser) -> None:
        owner = parser.add_mutually_exclusive_group(required=True)
        owner.add_argument("--staff", action="store_true", help="a key that sees every company")
        owner.add_argument("--company", metavar="ID", help="a key of this company only")
        parser.add_argument("--name", required=True, help="what the key is for")

    def handle(self, *args: object, **options: str | None) -> None:
        name = options["name"] or ""
        if not name.strip() or len(name) > LONGEST_NAME or "\x00" in name:
            raise CommandError(f"--name takes 1 to {LONGEST_NAME} characters.")
        company_id = options["company"]
        company = None if company_id is None else _company(company_id)
        _, secret = create_api_key(company=company, name=name, by="system", at=now())
        self.stdout.write(secret)


def _company(company_id: str) -> Company:
    try:
        return Company.objects.get(pk=UUID(company_id))
    except (ValueError, Company.DoesNotExist) as error:
        raise CommandError(f"There is no company {company_id}.") from error
