"""`features/` and `billing-settings/` over HTTP."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.audit.models import AuditRecord
from billing.catalog.terms import PriceTerms
from billing.metering.models import Charge
from config import clock
from config.feature_changes import change_together
from features.catalog import FEATURES
from features.models import FeatureValue
from features.queries import value
from tests.billing.metering.usage import MB, record, send
from tests.factories import make_company, make_plan, make_subscription

pytestmark = pytest.mark.django_db
FLIP = {"value": False, "reason": "Bank day"}


def _errors(answer: Any) -> list[tuple[str, str]]:
    return [(error["attr"], error["code"]) for error in answer.json()["errors"]]


def test_every_feature_tells_its_type_value_and_default(staff_api: APIClient) -> None:
    rows = {row["key"]: row for row in staff_api.get("/api/v1/features/").json()["results"]}
    assert rows["minimum_prepaid_recharge"]["value"] == "10"
    assert rows["maximum_prepaid_recharge"]["value"] is None
    assert rows["portal_payment"]["type"] == "bool"
    assert rows["cost_decimal_points"]["default"] == 2
    assert set(rows) == {feature.key for feature in FEATURES}


def test_a_flip_answers_the_new_state_and_leaves_an_audit_line(staff_api: APIClient) -> None:
    answer = staff_api.patch("/api/v1/features/portal_payment/", FLIP)
    assert answer.status_code == 200
    assert (answer.json()["value"], answer.json()["reason"]) == (False, "Bank day")
    assert value("portal_payment", at=clock.now()) is False
    line = AuditRecord.objects.get(action="feature.changed")
    assert (line.before, line.reason) == ({"portal_payment": None}, "Bank day")


def test_the_history_goes_from_newest_to_oldest(staff_api: APIClient) -> None:
    staff_api.patch("/api/v1/features/portal_payment/", FLIP)
    staff_api.patch("/api/v1/features/portal_payment/", {"value": True, "reason": "Over"})
    rows = staff_api.get("/api/v1/features/portal_payment/history/?limit=1").json()
    assert [(row["previous"], row["value"], row["reason"]) for row in rows["results"]] == [
        (False, True, "Over")
    ]
    rows = staff_api.get(rows["next"]).json()
    assert [(row["previous"], row["value"]) for row in rows["results"]] == [(None, False)]


def test_a_value_can_be_scheduled(staff_api: APIClient) -> None:
    later = (clock.now() + timedelta(days=1)).isoformat()
    answer = staff_api.patch("/api/v1/features/portal_payment/", FLIP | {"at": later})
    assert answer.json()["value"] is True
    assert answer.json()["scheduled"]["value"] is False


def test_a_change_that_somebody_else_overtook_is_refused(staff_api: APIClient) -> None:
    staff_api.patch("/api/v1/features/portal_payment/", FLIP)
    answer = staff_api.patch("/api/v1/features/portal_payment/", FLIP | {"version": 0})
    assert (answer.status_code, _errors(answer)) == (409, [("value", "changed_meanwhile")])


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("value", "required"), ("reason", "required")]),
        ({"value": "off", "reason": "x"}, [("value", "invalid_bool")]),
        ({"value": None, "reason": "x"}, [("value", "invalid_bool")]),
        ({"value": False, "reason": ""}, [("reason", "blank")]),
        ({"value": False, "reason": "x", "at": "soon"}, [("at", "invalid")]),
        ({"value": False, "reason": "x", "at": "2020-01-01T00:00:00Z"}, [("at", "in_the_past")]),
    ],
)
def test_a_wrong_change_says_which_field_and_why(
    staff_api: APIClient, body: dict[str, object], errors: list[tuple[str, str]]
) -> None:
    answer = staff_api.patch("/api/v1/features/portal_payment/", body)
    assert (answer.status_code, _errors(answer)) == (400, errors)
    assert not FeatureValue.objects.exists()


def test_an_unknown_feature_is_not_found(staff_api: APIClient) -> None:
    assert staff_api.patch("/api/v1/features/nothing/", FLIP).status_code == 404
    assert staff_api.get("/api/v1/features/nothing/history/").status_code == 404


def test_settings_change_together_or_not_at_all(staff_api: APIClient) -> None:
    body = {"invoice_due_days": 7, "tax_percent": "101", "reason": "New terms"}
    answer = staff_api.patch("/api/v1/billing-settings/", body)
    assert (answer.status_code, _errors(answer)) == (400, [("tax_percent", "out_of_range")])
    assert value("invoice_due_days", at=clock.now()) == 5
    answer = staff_api.patch("/api/v1/billing-settings/", body | {"tax_percent": "20"})
    assert (answer.json()["invoice_due_days"], answer.json()["tax_percent"]) == (7, "20")


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"no_such": 1}, [("no_such", "unknown_setting")]),
        ({"portal_payment": False}, [("portal_payment", "unknown_setting")]),
        ({"invoice_due_days": "7"}, [("invoice_due_days", "invalid_integer")]),
        ({"invoice_due_days": 7, "reason": 5}, [("reason", "invalid_text")]),
        ([1], [("non_field_errors", "invalid")]),
    ],
)
def test_a_wrong_setting_is_named(
    staff_api: APIClient, body: object, errors: list[tuple[str, str]]
) -> None:
    answer = staff_api.patch("/api/v1/billing-settings/", body)
    assert (answer.status_code, _errors(answer)) == (400, errors)


def test_limits_may_pass_each_other_when_they_are_set_together(staff_api: APIClient) -> None:
    """10 and none become 60 and 100, then 1 and 5: each time one of them has to go first."""
    for lowest, highest in (("60", "100"), ("1", "5"), ("60", "100")):
        change_together(
            {"minimum_prepaid_recharge": lowest, "maximum_prepaid_recharge": highest},
            reason="Inflation",
            by="staff:anna",
            at=clock.now(),
        )
        assert value("minimum_prepaid_recharge", at=clock.now()) == Decimal(lowest)


def test_a_preview_tells_companies_money_and_movers_and_changes_nothing(
    staff_api: APIClient,
) -> None:
    """100 MB at 0.10 are 10.00, with 20 % they are 12.00."""
    now = clock.now()
    company = make_company(billing_type="postpaid", credit_limit=None, tax_percent=None, at=now)
    make_subscription(company, make_plan(PriceTerms(Decimal("0.10"))), subject="sim")
    send(record("sim", 100 * MB, at=now), at=now)
    answer = staff_api.post("/api/v1/features/tax_percent/preview/", {"value": "20"})
    assert answer.status_code == 200
    exact = answer.json()["from_period_start"]
    assert exact["companies_affected"] == 1
    assert exact["amount_before"] == {"amount": "10.00", "currency": "USD"}
    assert exact["amount_after"] == {"amount": "12.00", "currency": "USD"}
    assert exact["movers"][0]["company"] == str(company.pk)
    assert exact["movers"][0]["change"] == {"amount": "2.00", "currency": "USD"}
    assert not FeatureValue.objects.exists()

    change = {"value": "20", "reason": "Law", "from": "period_start"}
    assert staff_api.patch("/api/v1/features/tax_percent/", change).status_code == 200
    assert sum(charge.tax for charge in Charge.objects.all()) == 2


def test_a_preview_of_what_changes_no_charge_is_of_no_companies(staff_api: APIClient) -> None:
    answer = staff_api.post("/api/v1/features/invoice_menu/preview/", {"value": False})
    assert answer.json()["from_now"] == {
        "companies_affected": 0,
        "amount_before": {"amount": "0.00", "currency": "USD"},
        "amount_after": {"amount": "0.00", "currency": "USD"},
        "movers": [],
        "by_currency": [],
    }


def test_a_wrong_preview_is_refused(staff_api: APIClient) -> None:
    answer = staff_api.post("/api/v1/features/tax_percent/preview/", {"value": "101"})
    assert (answer.status_code, _errors(answer)) == (400, [("value", "out_of_range")])
    assert staff_api.post("/api/v1/features/nothing/preview/", {"value": 1}).status_code == 404


def test_from_the_period_and_at_an_instant_exclude_each_other(staff_api: APIClient) -> None:
    body = FLIP | {"from": "period_start", "at": (clock.now() + timedelta(days=1)).isoformat()}
    answer = staff_api.patch("/api/v1/features/portal_payment/", body)
    assert (answer.status_code, _errors(answer)) == (400, [("at", "two_starts")])


def test_where_a_preview_is_required_a_change_without_one_is_refused(
    staff_api: APIClient,
) -> None:
    staff_api.patch("/api/v1/billing-settings/", {"preview_required": True})
    answer = staff_api.patch("/api/v1/features/portal_payment/", FLIP)
    assert (answer.status_code, _errors(answer)) == (400, [("value", "preview_required")])
    staff_api.post("/api/v1/features/portal_payment/preview/", {"value": False})
    assert staff_api.patch("/api/v1/features/portal_payment/", FLIP).status_code == 200
