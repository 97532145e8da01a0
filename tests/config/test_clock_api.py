"""`sandbox/clock/` and the two commands."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from config import clock
from tests.accounts.access.client import Api, error_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox_clock")]


def test_a_month_by_duration(staff_api: Api) -> None:
    before = clock.now()
    answer = staff_api.send("sandbox/clock/", {"by": "P31D"}).json()
    assert datetime.fromisoformat(answer["now"]) - before >= timedelta(days=31)
    assert answer["jobs"]["dispatch_outbox"] == 0
    assert answer["failed"] == {}
    now = datetime.fromisoformat(staff_api.read("sandbox/clock/").json()["now"])
    assert timedelta() <= now - datetime.fromisoformat(answer["now"]) < timedelta(minutes=1)


def test_to_an_instant_in_any_zone(staff_api: Api) -> None:
    to = (clock.now() + timedelta(days=2)).replace(microsecond=0)
    local = to.astimezone(tz=None).isoformat()
    assert (
        datetime.fromisoformat(staff_api.send("sandbox/clock/", {"to": local}).json()["now"]) == to
    )


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({}, "invalid", None),
        ({"to": "2026-01-01T00:00:00Z", "by": "P1D"}, "invalid", None),
        ({"by": "one month"}, "invalid_by", "by"),
        ({"by": "P99Y"}, "invalid_by", "by"),
        ({"by": "P9999Y"}, "invalid_by", "by"),
        ({"by": 5.5}, "invalid_by", "by"),
        ({"by": None}, "null", "by"),
        ({"to": "tomorrow"}, "invalid_to", "to"),
        ({"to": "2026-12-01T00:00:00"}, "invalid_to", "to"),
        ({"to": "9999-12-31T23:59:59-12:00"}, "invalid_to", "to"),
        ({"to": "2020-01-01T00:00:00Z"}, "clock_moves_only_forward", "to"),
    ],
)
def test_a_wrong_time_says_why(
    staff_api: Api, body: dict[str, object], code: str, attr: str | None
) -> None:
    status, got, field = error_of(staff_api.send("sandbox/clock/", body))
    assert (status, got) == (400, code)
    assert field in (attr, "non_field_errors")


def test_in_production_there_is_no_such_address(staff_api: Api, settings: LazySettings) -> None:
    settings.SANDBOX_CLOCK_FILE = ""
    assert staff_api.read("sandbox/clock/").status_code == 404
    assert staff_api.send("sandbox/clock/", {"by": "P1D"}).status_code == 404
    with pytest.raises(CommandError, match="sandbox only"):
        call_command("advance_clock", by="P1D")


def test_only_staff_moves_the_clock(staff_api: Api) -> None:
    staff_api.credentials()
    staff_api.defaults.pop("HTTP_AUTHORIZATION")
    assert staff_api.send("sandbox/clock/", {"by": "P1D"}).status_code == 401


def test_the_commands_print_what_was_done(capsys: pytest.CaptureFixture[str]) -> None:
    before = clock.now()
    call_command("advance_clock", by="P1D")
    assert clock.now() - before >= timedelta(days=1)
    call_command("run_due")
    assert "steps" in capsys.readouterr().out


def test_run_due_does_not_run_ahead_in_production(settings: LazySettings) -> None:
    settings.SANDBOX = False
    with pytest.raises(CommandError, match="has not come"):
        call_command("run_due", until=(clock.now() + timedelta(days=1)).isoformat())
