"""The published description is the one in docs/openapi.yaml, and says what holds everywhere."""

from __future__ import annotations

from pathlib import Path

import yaml
from django.test import Client
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from tests.access.openapi import description, operations

CHECKED_IN = Path(__file__).parents[2] / "docs" / "openapi.yaml"


def test_the_description_in_docs_is_the_one_published() -> None:
    text = OpenApiYamlRenderer().render(description(), renderer_context={})  # type: ignore[no-untyped-call]
    published = yaml.safe_load(text)
    assert yaml.safe_load(CHECKED_IN.read_text()) == published, (
        "run: python manage.py spectacular --file docs/openapi.yaml"
    )


def test_the_description_is_valid_openapi() -> None:
    validate_schema(description())  # type: ignore[no-untyped-call]


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation.details["operationId"] for operation in operations()]
    assert len(names) == len(set(names))


def test_every_operation_but_the_webhook_wants_a_key() -> None:
    open_to_all = [
        str(operation)
        for operation in operations()
        if {"apiKey": []} not in operation.details.get("security", [])
    ]
    assert open_to_all == ["POST /api/v1/gateways/stripe/webhook/"]


def test_the_idempotency_header_is_described_on_every_post() -> None:
    for operation in operations():
        if operation.method == "post" and "webhook" not in operation.path:
            names = [parameter["name"] for parameter in operation.details["parameters"]]
            assert "Idempotency-Key" in names, str(operation)


def test_the_pages_read_without_a_key_and_without_a_foreign_server(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()
    assert client.get("/api/schema/").status_code == 200
    assert "/static/drf_spectacular_sidecar/" in page
    assert "https://" not in page
