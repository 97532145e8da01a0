"""The published description names every route of the contract and every answer.

That it is valid and the same as docs/openapi.yaml: tests/access.
"""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import call_command

from tests.contract.published import Schema, operations, published, resolved

ROUTES = """
GET POST companies/
GET PATCH companies/{}/
POST companies/{}/suspend/
POST companies/{}/reactivate/
GET POST companies/{}/activation/
GET companies/{}/personal-data/
POST companies/{}/verify/
POST companies/{}/close/
GET companies/{}/balance/
PUT companies/{}/recharge-rule/
PUT companies/{}/consumption-alert/
GET POST companies/{}/payment-methods/
DELETE companies/{}/payment-methods/{}/
GET POST companies/{}/recharges/
GET companies/{}/transactions/
GET companies/{}/statement/
POST companies/{}/members/
GET POST payments/
POST payments/{}/refund/
POST gateways/stripe/webhook/
GET POST plans/
POST plans/{}/versions/
POST zones/
POST subscriptions/
POST subscriptions/{}/change-plan/
POST subscriptions/{}/cancel/
POST sims/
GET sims/{}/
POST sims/{}/assign/
POST sims/{}/suspend/
POST sims/{}/activate/
POST sims/{}/archive/
POST usage/
GET usage/rejected/
POST usage/rejected/replay/
GET charges/
GET charges/{}/
POST charges/rerate/
POST holds/
POST holds/{}/commit/
POST holds/{}/extend/
POST holds/{}/release/
GET invoices/
GET invoices/{}/
GET invoices/{}/pdf/
GET invoices/{}/xlsx/
POST invoices/{}/pay/
POST invoices/{}/void/
POST invoices/{}/credit-notes/
GET exports/{}/
GET receipts/{}/pdf/
GET features/
PATCH features/{}/
GET features/{}/history/
POST features/{}/preview/
GET PATCH billing-settings/
GET events/
GET POST sandbox/clock/
GET sandbox/mails/
POST offerings/
PUT address-prices/
POST instances/
DELETE instances/{}/
POST addresses/
DELETE addresses/{}/
POST estimates/instance/
POST estimates/address/
"""


def test_nothing_in_it_is_guessed() -> None:
    call_command("spectacular", fail_on_warn=True, stdout=StringIO())


@pytest.mark.parametrize("line", ROUTES.split("\n")[1:-1])
def test_every_route_of_the_contract_is_published(line: str) -> None:
    *methods, route = line.split()
    pattern = re.compile("/api/v1/" + route.replace("{}", r"\{[a-z_]+\}"))
    [item] = [item for path, item in published()["paths"].items() if pattern.fullmatch(path)]
    assert {method.lower() for method in methods} <= set(item)


def test_every_answer_and_every_body_is_described() -> None:
    for method, path, operation in operations():
        assert operation["operationId"], path
        bodies = [*operation["responses"].items(), ("body", operation.get("requestBody"))]
        for status, body in bodies:
            if status != "204" and body is not None:
                assert _is_described(body), f"{method} {path} {status}"


def test_no_amount_is_a_json_number() -> None:
    numbers = [
        f"{name}.{field}"
        for name, schema in published()["components"]["schemas"].items()
        for field, kind in schema.get("properties", {}).items()
        if kind.get("type") == "number"
    ]
    assert numbers == []


def test_errors_have_one_shape() -> None:
    for _, path, operation in operations():
        for status, answer in operation["responses"].items():
            if status >= "400":
                schema = resolved(answer)["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Error"}, path


def _is_described(body: Schema) -> bool:
    contents = resolved(body).get("content", {}).values()
    schemas = [content.get("schema") or {} for content in contents]
    return bool(schemas) and all("$ref" in schema or "type" in schema for schema in schemas)
