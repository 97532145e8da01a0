"""manage.py load_demo: the sign-ins, and a demonstration unless it should start empty."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.access.actions import create_api_key
from accounts.jobs.stepping import run_due
from accounts.people.actions import create_person
from accounts.people.models import User
from config import clock
from config.demo.cast import OWNER_EMAIL, PASSWORD, STAFF_EMAIL
from config.demo.stage import BY, set_the_stage
from config.schedule import JOBS


class Command(BaseCommand):
    help = "Loads the demonstration into an empty sandbox and writes DATA_DIR/demo.json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--empty", action="store_true", help="only the staff user and key")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SANDBOX:
            raise CommandError("load_demo is for the sandbox only.")
        facts = settings.DATA_DIR / "demo.json"
        if facts.exists():
            return
        if User.objects.filter(email=STAFF_EMAIL).exists():
            raise CommandError(
                "The demonstration was cut off while it was loaded. Run `make reset`, then"
                " `make demo` again."
            )
        now = clock.now()
        sign_ins = [_staff()]
        _, secret = create_api_key(company=None, name="demo", by=BY, at=now)
        if not options["empty"]:
            set_the_stage(now=now)
            sign_ins.append(
                {"role": "customer (owner)", "email": OWNER_EMAIL, "password": PASSWORD}
            )
        run_due(JOBS, start=now, until=now)
        document = {
            "portal": f"{settings.PUBLIC_URL}/portal/",
            "admin": f"{settings.PUBLIC_URL}/admin/",
            "api": f"{settings.PUBLIC_URL}/api/v1/",
            "sign_ins": sign_ins,
            "staff_api_key": secret,
        }
        facts.touch(mode=0o600)
        facts.write_text(json.dumps(document, indent=1))


def _staff() -> dict[str, str]:
    person = create_person(
        STAFF_EMAIL, password=PASSWORD, first_name="Stella", last_name="Staff", is_staff=True
    )
    person.is_superuser = True
    person.save(update_fields=["is_superuser"])
    return {"role": "staff (administrator)", "email": STAFF_EMAIL, "password": PASSWORD}
