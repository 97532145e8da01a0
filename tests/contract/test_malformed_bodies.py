"""Bodies that are no request at all, on every route that takes one: 400 or 415, never more.

Bad values field by field: tests/access.
"""

from __future__ import annotations

import json

import pytest

from tests.contract.program import Json, Program, new_name
from tests.contract.published import operations
from tests.contract.test_conventions import filled

JSON = "application/json"
WRITES = [
    (method, path)
    for method, path, operation in operations()
    if JSON in operation.get("requestBody", {}).get("content", {})
]
MALFORMED = {
    "broken": b'{"name": ',
    "two values": b"{} {}",
    "not utf-8": b'{"name": "\xff"}',
    "NaN": b'{"name": NaN}',
    "Infinity": b'{"name": -Infinity}',
    "1e400": b'{"name": 1e400}',
    "endless number": b'{"name": ' + b"9" * 5000 + b"}",
    "deep": b"[" * 5000 + b"]" * 5000,
    "a field twice": b'{"reason": "a", "reason": "b"}',
    "array": b"[{}]",
    "null": b"null",
    "text": b'"text"',
}
BAD_TEXT = {"NUL": '{"name": "a\\u0000b"}', "lone surrogate": '{"name": "\\ud800"}'}
TAKES_RECORDS = "/api/v1/usage/"  # a bad record is rejected by itself


@pytest.mark.parametrize("body", MALFORMED.values(), ids=list(MALFORMED))
def test_a_malformed_body_is_400_everywhere(staff: Program, company: Json, body: bytes) -> None:
    for method, path in WRITES:
        headers = {"Idempotency-Key": new_name("key")}
        answer = staff.raw(method.upper(), filled(path, company), body, headers=headers)
        assert answer.status_code in (400, 404), (path, answer.status_code, answer.content)
        assert answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("text", BAD_TEXT.values(), ids=list(BAD_TEXT))
def test_text_that_cannot_be_kept_is_blamed_on_its_field(
    staff: Program, company: Json, text: str
) -> None:
    for method, path in WRITES:
        headers = {"Idempotency-Key": new_name("key")}
        answer = staff.raw(method.upper(), filled(path, company), text.encode(), headers=headers)
        assert answer.status_code in (400, 404), (path, answer.content)
        if answer.status_code == 400 and path != TAKES_RECORDS:
            [error] = answer.json()["errors"]
            assert (error["code"], error["attr"]) == ("invalid_character", "name"), path


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data"])
def test_another_content_type_is_415_everywhere(staff: Program, company: Json, kind: str) -> None:
    for method, path in WRITES:
        headers = {"Idempotency-Key": new_name("key")}
        answer = staff.raw(method.upper(), filled(path, company), b"x", kind, headers=headers)
        assert answer.status_code in (415, 404, 400 if path == TAKES_RECORDS else 415), path


def test_a_megabyte_of_text_is_refused(staff: Program, company: Json) -> None:
    for method, path in WRITES:
        body = json.dumps(dict.fromkeys(("name", "reason", "source"), "x" * 1_000_000)).encode()
        headers = {"Idempotency-Key": new_name("key")}
        answer = staff.raw(method.upper(), filled(path, company), body, headers=headers)
        assert 400 <= answer.status_code < 500, path


def test_a_field_twice_is_named(staff: Program) -> None:
    answer = staff.raw("POST", "api-keys/", b'{"name": "a", "name": "b"}')
    assert answer.status_code == 400
    assert "name" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("route", ["/health/live/", "/health/ready/", "/metrics"])
def test_probes_and_figures_are_there(staff: Program, route: str) -> None:
    answer = staff.get(route, follow=True)
    assert answer.status_code == 200
