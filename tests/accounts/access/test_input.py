"""Whatever is sent, the answer is a client error that says what is wrong; never a 500."""

from __future__ import annotations

import json

import pytest
from pytest_django.fixtures import Settings

from accounts.companies.models import Company
from tests.accounts.access.client import Api, error_of
from tests.accounts.companies.rows import make_company

BODY_CASES = [
    (b"{", 400, "parse_error"),
    (b"", 400, "required"),
    (b"\xff\xfe", 400, "parse_error"),
    (b'{"name": NaN}', 400, "parse_error"),
    (b'{"name": -Infinity}', 400, "parse_error"),
    (b'{"name": 1e999}', 400, "parse_error"),
    (b'{"name": ' + b"9" * 5000 + b"}", 400, "parse_error"),
    (b"[" * 100_000, 400, "parse_error"),
    (b"[" * 40 + b"]" * 40, 400, "parse_error"),
    (b'{"name": "a\\u0000b"}', 400, "invalid_character"),
    (b'{"name": "\\ud800"}', 400, "invalid_character"),
    (b'{"\\udfff": 1}', 400, "invalid_character"),
    (b'{"name": "a\x00b"}', 400, "parse_error"),
    (b'{"name": null}', 400, "null"),
    (b'{"name": ""}', 400, "blank"),
    (b'{"name": {}}', 400, "invalid"),
    (b'{"name": true}', 400, "invalid"),
    (b"[]", 400, "invalid"),
    (b"null", 400, "null"),
    (b'"text"', 400, "invalid"),
    (b"17", 400, "invalid"),
]


@pytest.fixture
def company(db: None) -> Company:
    return make_company()


@pytest.mark.parametrize(("body", "status", "code"), BODY_CASES)
def test_a_body_that_cannot_be_used_is_refused(
    staff_api: Api, body: bytes, status: int, code: str
) -> None:
    answer = staff_api.raw("POST", "api-keys/", body)
    assert error_of(answer)[:2] == (status, code), answer.content


def test_bad_text_is_refused_at_the_field_that_holds_it(staff_api: Api) -> None:
    body = json.dumps({"name": "ok", "list": [{"deep": "\x00"}]}).encode()
    answer = staff_api.raw("POST", "api-keys/", body)
    assert error_of(answer) == (400, "invalid_character", "list.0.deep")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "x"]
)
def test_another_content_type_is_415(staff_api: Api, content_type: str) -> None:
    answer = staff_api.raw("POST", "api-keys/", b"a", content_type)
    assert error_of(answer)[:2] == (415, "unsupported_media_type")


@pytest.mark.parametrize("charset", ["hex", "rot13", "nonsense", "utf-16"])
def test_a_strange_charset_breaks_nothing(staff_api: Api, charset: str) -> None:
    kind = f"application/json; charset={charset}"
    written = staff_api.raw("POST", "api-keys/", b'{"name": "a"}', kind)
    assert written.status_code in (201, 400)
    read = staff_api.get("/api/v1/api-keys/?limit=5", CONTENT_TYPE=kind)
    assert read.status_code in (200, 400)


@pytest.mark.parametrize(
    "route",
    [
        "companies/not-a-uuid/members/",
        "companies/0/members/",
        "companies/%00/members/",
        "companies/0190a5f0-0000-7000-8000-000000000000/members/",
        "nowhere/",
        "members",
        "%ff%fe/",
        "é/",
    ],
)
def test_a_route_that_leads_nowhere_is_404_in_json(staff_api: Api, route: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = staff_api.generic(method, f"/api/v1/{route}")
        assert error_of(answer)[:2] == (404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_another_method_is_405(staff_api: Api, method: str) -> None:
    answer = staff_api.generic(method, "/api/v1/api-keys/")
    assert error_of(answer)[:2] == (405, "method_not_allowed")


@pytest.mark.parametrize(
    ("query", "code", "attr"),
    [
        ("limit=0", "invalid_limit", "limit"),
        ("limit=1001", "invalid_limit", "limit"),
        ("limit=-1", "invalid_limit", "limit"),
        ("limit=", "invalid_limit", "limit"),
        ("limit=abc", "invalid_limit", "limit"),
        ("limit=1e3", "invalid_limit", "limit"),
        ("limit=%D9%A1", "invalid_limit", "limit"),
        ("limit=" + "9" * 5000, "invalid_limit", "limit"),
        ("cursor=abc", "invalid_cursor", "cursor"),
        ("cursor=%00", "invalid_cursor", "cursor"),
        ("cursor=W10", "invalid_cursor", "cursor"),
        ("cursor=WzAsIngiXQ", "invalid_cursor", "cursor"),
        ("cursor=WzAsIjIwMjQtMDEtMDEiLCJ4Il0", "invalid_cursor", "cursor"),
        ("cursor=" + "W1tb" * 2000, "invalid_cursor", "cursor"),
    ],
)
def test_a_page_that_cannot_be_is_400(staff_api: Api, query: str, code: str, attr: str) -> None:
    answer = staff_api.get(f"/api/v1/api-keys/?{query}")
    assert error_of(answer) == (400, code, attr)


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 30, "%00", "NaN"])
def test_a_position_that_cannot_be_is_400(staff_api: Api, after: str) -> None:
    answer = staff_api.get(f"/api/v1/events/?after={after}")
    assert error_of(answer) == (400, "invalid_position", "after")


@pytest.mark.parametrize("value", ["%00", "x" * 10_000, "%ff"])
def test_a_filter_survives_any_text(staff_api: Api, value: str) -> None:
    for name in ("to", "kind", "company"):
        answer = staff_api.get(f"/api/v1/sandbox/mails/?{name}={value}")
        assert answer.status_code in (200, 400)


def test_a_body_that_is_too_big_is_413(staff_api: Api, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = staff_api.send("api-keys/", {"name": "x" * 200})
    assert error_of(answer)[:2] == (413, "body_too_big")


def test_the_parts_of_a_role_are_named(staff_api: Api, company: Company) -> None:
    answer = staff_api.send(f"companies/{company.pk}/members/", {"email": "x", "role": "king"})
    assert answer.status_code == 400
    assert [(e["code"], e["attr"]) for e in answer.json()["errors"]] == [
        ("invalid", "email"),
        ("invalid_choice", "role"),
    ]
