"""Setting the rule over the API: what is refused, and what happens at once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from accounts.companies.models import Company
from billing.ledger.queries import balance
from billing.recharges.models import Recharge
from config.sandbox.testing import Stack
from features.actions import set_value
from tests.accounts.access.client import Api, error_of
from tests.billing.payments.cards import DECLINES, save_card, usd
from tests.billing.recharges.companies import company_with_rule
from tests.factories import BY, NOW, make_company, pay_in

pytestmark = pytest.mark.django_db
ApiOf = Callable[[Company], Api]
RULE: dict[str, object] = {"enabled": True, "threshold": "25", "recharge_to": "500"}


def test_the_rule_is_kept_as_it_was_said(company_api: ApiOf) -> None:
    company = make_company()
    api = company_api(company)
    assert api.read(f"companies/{company.pk}/recharge-rule/").status_code == 404
    pay_in(company, usd("100"))
    sent = RULE | {"monthly_cap": "2000.5", "max_per_day": 3}
    answer = api.call("put", f"companies/{company.pk}/recharge-rule/", sent)
    assert answer.status_code == 200
    assert answer.json() == {
        "enabled": True,
        "threshold": "25",
        "recharge_to": "500",
        "payment_method": None,
        "fallback_methods": [],
        "monthly_cap": "2000.5",
        "max_per_day": 3,
        "paused_at": None,
        "currency": "USD",
    }
    assert api.read(f"companies/{company.pk}/recharge-rule/").json() == answer.json()
    shown = api.read(f"companies/{company.pk}/balance/").json()
    assert (shown["threshold"], shown["recharge_to"]) == ("25", "500")


@pytest.mark.parametrize(
    ("changes", "code", "attr"),
    [
        ({"recharge_to": "25"}, "recharge_to_not_above_threshold", "recharge_to"),
        ({"recharge_to": "24.99"}, "recharge_to_not_above_threshold", "recharge_to"),
        ({"threshold": "-0.01"}, "threshold_below_floor", "threshold"),
        ({"threshold": "0", "recharge_to": "9.99"}, "recharge_below_minimum", "recharge_to"),
        ({"monthly_cap": "9"}, "invalid_monthly_cap", "monthly_cap"),
        ({"payment_method": str(NOW)}, "invalid", "payment_method"),
        (
            {"payment_method": "01890000-0000-7000-8000-000000000001"},
            "unknown_payment_method",
            "payment_method",
        ),
        (
            {"fallback_methods": ["01890000-0000-7000-8000-000000000001"]},
            "unknown_payment_method",
            "fallback_methods",
        ),
        ({"max_per_day": 0}, "min_value", "max_per_day"),
        ({"threshold": 25}, "invalid_amount", "threshold"),
        ({"threshold": "1e3"}, "invalid_amount", "threshold"),
        ({"recharge_to": "NaN"}, "invalid_amount", "recharge_to"),
        ({"recharge_to": None}, "null", "recharge_to"),
        ({"enabled": "often"}, "invalid", "enabled"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(
    company_api: ApiOf, changes: dict[str, object], code: str, attr: str
) -> None:
    company = make_company()
    answer = company_api(company).call(
        "put", f"companies/{company.pk}/recharge-rule/", RULE | changes
    )
    assert error_of(answer) == (400, code, attr)


def test_the_floor_of_a_flexible_customer_is_its_credit_limit(company_api: ApiOf) -> None:
    company = make_company(billing_type="flexible", credit_limit=Decimal(100))
    api, route = company_api(company), f"companies/{company.pk}/recharge-rule/"
    low = RULE | {"threshold": "-100", "recharge_to": "-99"}
    assert api.call("put", route, low).status_code == 200, "limits bind prepaid customers only"
    assert error_of(api.call("put", route, low | {"threshold": "-100.01"}))[1] == (
        "threshold_below_floor"
    )


def test_saving_at_the_threshold_recharges_at_once(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    company = make_company()
    pay_in(company, usd("25"))
    save_card(company)
    answer = company_api(company).call("put", f"companies/{company.pk}/recharge-rule/", RULE)
    assert answer.status_code == 200
    assert balance(company).balance == Decimal(500)
    recharge = Recharge.objects.get(company=company)
    assert (recharge.amount, recharge.status) == (usd("475"), "succeeded")


def test_saving_again_tries_a_waiting_recharge_at_once(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    company = company_with_rule(balance="20.00", token=DECLINES)
    api, route = company_api(company), f"companies/{company.pk}/recharge-rule/"
    api.call("put", route, RULE)
    recharge = Recharge.objects.get(company=company)
    assert (recharge.status, recharge.attempt) == ("retry_scheduled", 1)
    card = save_card(company)
    api.call("put", route, RULE | {"payment_method": str(card.pk)})
    recharge.refresh_from_db()
    assert recharge.status == "succeeded"
    assert balance(company).balance == Decimal(500)


def test_switched_off_the_waiting_recharge_is_called_off(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    company = company_with_rule(balance="20.00", token=DECLINES)
    api, route = company_api(company), f"companies/{company.pk}/recharge-rule/"
    api.call("put", route, RULE)
    api.call("put", route, RULE | {"enabled": False})
    recharge = Recharge.objects.get(company=company)
    assert (recharge.status, recharge.next_attempt_at) == ("failed", None)


@pytest.mark.verifies("minimum_prepaid_recharge", "changed")
def test_minimum_recharge_that_was_raised_later_is_charged(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    company = make_company()
    pay_in(company, usd("25"))
    save_card(company)
    set_value("minimum_prepaid_recharge", value="600", reason="test", by=BY, at=NOW)
    refused = company_api(company).call("put", f"companies/{company.pk}/recharge-rule/", RULE)
    assert error_of(refused)[1] == "recharge_below_minimum"


def test_alert_is_kept_and_refused(company_api: ApiOf) -> None:
    company = make_company()
    api, route = company_api(company), f"companies/{company.pk}/consumption-alert/"
    sent = {"enabled": True, "limit": "50", "emails": ["a@x.example", "b@x.example"]}
    assert api.call("put", route, sent).json() == sent
    assert api.read(route).json() == sent
    assert error_of(api.call("put", route, sent | {"limit": "0"})) == (400, "invalid", "limit")
    assert error_of(api.call("put", route, sent | {"emails": []})) == (400, "invalid", "emails")
    wrong = error_of(api.call("put", route, sent | {"emails": ["nobody"]}))
    assert wrong == (400, "invalid", "emails.0")
