"""Keys: hashed, shown once, of the staff or of one company, revocable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from accounts.access.actions import create_api_key, note_use, revoke_api_key
from accounts.access.models import ApiKey
from accounts.access.queries import valid_api_key
from accounts.audit.models import AuditRecord
from accounts.companies.models import Company
from tests.accounts.access.client import Api, error_of
from tests.accounts.companies.rows import BORN, make_company

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def company(db: None) -> Company:
    return make_company()


def test_a_key_is_kept_as_a_hash_only(company: Company) -> None:
    key, secret = create_api_key(company=company, name="billing", by="system", at=NOON)
    assert secret.startswith(f"{key.prefix}_")
    assert len(secret) == 72
    assert secret not in str(ApiKey.objects.filter(pk=key.pk).values())
    assert valid_api_key(secret) == key
    assert valid_api_key(secret[:-1] + ("0" if secret[-1] != "0" else "1")) is None


def test_a_revoked_key_opens_nothing(company: Company) -> None:
    key, secret = create_api_key(company=company, name="billing", by="system", at=NOON)
    assert Api(secret).read(f"companies/{company.pk}/members/").status_code == 200
    revoke_api_key(key, by="staff:anna@x.y", at=NOON)
    answer = Api(secret).read(f"companies/{company.pk}/members/")
    assert error_of(answer)[:2] == (401, "authentication_failed")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_revoking_again_leaves_the_first_time(company: Company) -> None:
    key, _ = create_api_key(company=company, name="billing", by="system", at=NOON)
    revoke_api_key(key, by="system", at=NOON)
    assert revoke_api_key(key, by="system", at=NOON + timedelta(days=1)).revoked_at == NOON
    assert AuditRecord.objects.filter(action="api_key.revoked").count() == 1


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic dGc6dGc=",
        "Bearer tg_00000000_" + "0" * 60,
        "Bearer tg_00000000_" + "0" * 6000,
        "Bearer \xff\xfe",
        "tg_00000000_" + "0" * 60,
        "Bearer tg_ tg_",
    ],
)
def test_without_a_good_key_the_answer_is_401(db: None, header: str) -> None:
    answer = Api("x").get("/api/v1/events/", HTTP_AUTHORIZATION=header)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["code"] in ("not_authenticated", "authentication_failed")


def test_a_session_is_no_way_into_the_api(db: None, client: Api, admin_user: object) -> None:
    client.force_login(admin_user)  # type: ignore[arg-type]
    assert client.get("/api/v1/events/").status_code == 401


def test_last_use_is_noted_once_a_minute(company: Company) -> None:
    key, _ = create_api_key(company=company, name="billing", by="system", at=NOON)
    for seconds, expected in ((0, 0), (30, 0), (59, 0), (61, 61)):
        note_use(key, at=NOON + timedelta(seconds=seconds))
        key.refresh_from_db()
        assert key.last_used_at == NOON + timedelta(seconds=expected)


def test_the_secret_is_in_the_first_answer_only(
    company: Company, company_api: Callable[[Company], Api]
) -> None:
    api = company_api(company)
    route = f"companies/{company.pk}/api-keys/"
    first = api.send(route, {"name": "shop"}, key="k1")
    again = api.send(route, {"name": "shop"}, key="k1")
    assert first.status_code == again.status_code == 201
    assert first.json()["key"].startswith("tg_")
    assert again.json() == first.json() | {"key": None}
    assert again.headers["Idempotent-Replayed"] == "true"
    listed = api.read(route).json()["results"]
    assert all("key" not in row for row in listed)
    assert Api(first.json()["key"]).read(route).status_code == 200


def test_only_staff_see_the_keys_of_the_staff(
    company: Company, company_api: Callable[[Company], Api], staff_api: Api
) -> None:
    assert error_of(company_api(company).read("api-keys/"))[:2] == (403, "permission_denied")
    assert [row["is_staff"] for row in staff_api.read("api-keys/").json()["results"]] == [True]


def test_a_key_can_be_revoked_by_its_company(
    company: Company, company_api: Callable[[Company], Api]
) -> None:
    api = company_api(company)
    made = api.send(f"companies/{company.pk}/api-keys/", {"name": "shop"}).json()
    route = f"companies/{company.pk}/api-keys/{made['id']}/"
    assert api.call("delete", route).status_code == 204
    assert Api(made["key"]).read(route).status_code == 401


def test_a_key_is_of_staff_or_of_one_company_says_the_database(company: Company) -> None:
    with pytest.raises(IntegrityError, match="api_key_is_of_staff_or_of_one_company"):
        ApiKey.objects.create(name="x", is_staff=True, company=company, created_at=BORN)


def test_the_command_prints_a_key_that_works(company: Company) -> None:
    printed = StringIO()
    call_command("create_api_key", "--company", str(company.pk), "--name", "shop", stdout=printed)
    api = Api(printed.getvalue().strip())
    assert api.read(f"companies/{company.pk}/members/").status_code == 200
    printed = StringIO()
    call_command("create_api_key", "--staff", "--name", "ops", stdout=printed)
    assert Api(printed.getvalue().strip()).read("api-keys/").status_code == 200


@pytest.mark.parametrize(
    "arguments",
    [
        ["--name", "x"],
        ["--staff", "--company", "y", "--name", "x"],
        ["--company", "nobody", "--name", "x"],
        ["--company", "0190a5f0-0000-7000-8000-000000000000", "--name", "x"],
        ["--staff", "--name", " "],
        ["--staff", "--name", "x" * 101],
    ],
)
def test_the_command_says_what_is_wrong(db: None, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("create_api_key", *arguments)


def test_the_secret_is_in_no_log_line(
    company: Company, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    _, secret = create_api_key(company=company, name="billing", by="system", at=NOON)
    with caplog.at_level(0):
        Api(secret).read(f"companies/{company.pk}/members/")
        Api(secret + "x").read(f"companies/{company.pk}/members/")
        Api(secret).send(f"companies/{company.pk}/members/", {"email": "x"})
    logged = caplog.text + "".join(capfd.readouterr())
    assert "request_finished" in logged
    assert secret[12:] not in logged
