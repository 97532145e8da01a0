"""The API as a customer's program sees it: through HTTP, with a key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rest_framework.test import APIClient

from accounts.access.actions import create_api_key
from accounts.companies.models import Company

if TYPE_CHECKING:
    from rest_framework.test import _MonkeyPatchedResponse as Answer  # type: ignore[attr-defined]

ISSUED_AT = datetime(2024, 1, 1, tzinfo=UTC)


class Api(APIClient):
    """Calls routes relative to /api/v1/ with one key; `key=` sends an Idempotency-Key."""

    def __init__(self, secret: str) -> None:
        super().__init__(HTTP_AUTHORIZATION=f"Bearer {secret}")
        self.secret = secret

    def call(
        self,
        method: str,
        route: str,
        body: object = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        sent = dict(headers or {})
        if key is not None:
            sent["Idempotency-Key"] = key
        send = getattr(self, method.lower())
        address = route if route.startswith(("/", "http")) else f"/api/v1/{route}"
        answer: Answer = send(address, body, format="json", headers=sent)
        return answer

    def raw(
        self,
        method: str,
        route: str,
        body: bytes,
        content_type: str = "application/json",
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Exactly these bytes."""
        answer: Answer = self.generic(
            method,
            route if route.startswith("/") else f"/api/v1/{route}",
            body,  # type: ignore[arg-type]
            content_type=content_type,
            headers=headers,
        )
        return answer

    def read(self, route: str, **query: str) -> Answer:
        address = route if route.startswith(("/", "http")) else f"/api/v1/{route}"
        answer: Answer = self.get(address, query)
        return answer

    def send(self, route: str, body: object = None, *, key: str | None = None) -> Answer:
        return self.call("post", route, body, key=key)


def staff_client(name: str = "tests") -> Api:
    _, secret = create_api_key(company=None, name=name, by="system", at=ISSUED_AT)
    return Api(secret)


def company_client(company: Company, name: str = "tests") -> Api:
    _, secret = create_api_key(company=company, name=name, by="system", at=ISSUED_AT)
    return Api(secret)


def error_of(answer: Answer) -> tuple[int, str, str | None]:
    """Status, code and field of an answer's first error."""
    first = answer.json()["errors"][0]
    return answer.status_code, first["code"], first["attr"]
