"""Pay now over the API, against the sandbox gateway."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings

from accounts.companies.models import Company
from billing.ledger.queries import balance
from billing.payments.models import Payment
from billing.payments.tasks import sweep_intents
from billing.recharges.models import Recharge
from config.clock import now, wall
from config.sandbox.testing import Stack
from features.actions import set_value
from tests.accounts.access.client import Api, error_of
from tests.billing.payments.cards import (
    DECLINES,
    WANTS_3DS,
    WORKS,
    authenticate,
    card_token,
    save_card,
)
from tests.factories import BY, NOW, make_company, new_key

pytestmark = pytest.mark.django_db
ApiOf = Callable[[Company], Api]


def hundred(amount: str = "100.00", currency: str = "USD") -> dict[str, object]:
    return {"amount": {"amount": amount, "currency": currency}}


def test_paid_now_stands_on_the_balance_with_a_receipt(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    company = make_company()
    save_card(company)
    api = company_api(company)

    answer = api.send(f"companies/{company.pk}/recharges/", hundred(), key="a")

    assert answer.status_code == 201
    body = answer.json()
    assert body["status"] == "succeeded"
    assert body["amount"] == {"amount": "100.00", "currency": "USD"}
    assert body["balance_after"] == {"amount": "100.00", "currency": "USD"}
    assert balance(company).balance == Decimal(100)
    pdf = api.read(f"receipts/{body['receipt']}/pdf/")
    assert pdf.status_code == 200
    assert pdf.content.startswith(b"%PDF")
    [listed] = api.read(f"companies/{company.pk}/recharges/").json()["results"]
    assert (listed["trigger"], listed["status"], listed["attempt"]) == ("manual", "succeeded", 1)
    [receipt] = api.read(f"companies/{company.pk}/receipts/").json()["results"]
    assert receipt["id"] == body["receipt"]


def test_same_key_pays_once(stripe_sandbox: Stack, company_api: ApiOf) -> None:
    company = make_company()
    save_card(company)
    api = company_api(company)
    first = api.send(f"companies/{company.pk}/recharges/", hundred(), key="a")
    second = api.send(f"companies/{company.pk}/recharges/", hundred(), key="a")
    assert second.json() == first.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    assert balance(company).balance == Decimal(100)
    other = api.send(f"companies/{company.pk}/recharges/", hundred("50"), key="a")
    assert error_of(other)[:2] == (409, "idempotency_key_reused")


def test_declined_card_answers_402_with_the_gateways_code(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    company = make_company()
    save_card(company, DECLINES)
    answer = company_api(company).send(f"companies/{company.pk}/recharges/", hundred(), key="a")
    assert error_of(answer)[:2] == (402, "card_declined")
    assert answer.json()["errors"][0]["decline_code"] == "generic_decline"
    assert balance(company).balance == 0
    recharge = Recharge.objects.get(company=company)
    assert (recharge.status, recharge.failure_code) == ("failed", "generic_decline")


def test_3d_secure_waits_for_the_customer_and_is_booked_once(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    company = make_company()
    save_card(company, card_token(WANTS_3DS))
    api = company_api(company)

    answer = api.send(f"companies/{company.pk}/recharges/", hundred(), key="a")
    assert answer.status_code == 202
    body = answer.json()
    assert body["status"] == "requires_action"
    assert body["redirect_url"].startswith("http")
    assert balance(company).balance == 0

    authenticate(body["client_secret"], success=True)
    route = f"companies/{company.pk}/recharges/{body['id']}/refresh/"
    assert api.send(route).json()["status"] == "succeeded"
    assert api.send(route).json()["status"] == "succeeded"
    assert balance(company).balance == Decimal(100)


def test_a_charge_without_an_answer_is_accepted_and_found_by_the_sweep(
    stripe_sandbox: Stack, company_api: ApiOf, settings: LazySettings
) -> None:
    """The card is charged, and both tries of the request end in a time-out."""
    settings.GATEWAY_TIMEOUT_SECONDS = 1
    company = make_company()
    save_card(company)
    api = company_api(company)
    stripe_sandbox.control(fault="timeout_after_charge", count=2, seconds=3)

    answer = api.send(f"companies/{company.pk}/recharges/", hundred(), key="a")
    assert (answer.status_code, answer.json()["status"]) == (202, "charging")
    assert balance(company).balance == 0

    Payment.objects.update(checked_at=wall() - timedelta(minutes=1))
    assert sweep_intents(at=NOW) == 1
    route = f"companies/{company.pk}/recharges/{answer.json()['id']}/"
    assert api.read(route).json()["status"] == "succeeded"
    assert balance(company).balance == Decimal(100)


def test_3d_secure_that_the_customer_refuses_fails(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    company = make_company()
    save_card(company, card_token(WANTS_3DS))
    api = company_api(company)
    body = api.send(f"companies/{company.pk}/recharges/", hundred(), key="a").json()
    authenticate(body["client_secret"], success=False)
    after = api.send(f"companies/{company.pk}/recharges/{body['id']}/refresh/").json()
    assert after["status"] == "failed"
    assert after["failure_code"] == "payment_intent_authentication_failure"
    assert balance(company).balance == 0


def test_card_for_once_is_charged_and_not_kept(stripe_sandbox: Stack, company_api: ApiOf) -> None:
    company = make_company()
    api = company_api(company)
    sent = hundred() | {"payment_method": WORKS}
    assert api.send(f"companies/{company.pk}/recharges/", sent, key="a").status_code == 201
    assert api.read(f"companies/{company.pk}/payment-methods/").json()["results"] == []
    assert balance(company).balance == Decimal(100)


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        pytest.param(
            hundred("9.99"),
            "below_minimum_recharge",
            "amount",
            marks=pytest.mark.verifies("minimum_prepaid_recharge", "default"),
        ),
        (hundred("0"), "invalid_amount", "amount"),
        (hundred("-5"), "invalid_amount", "amount"),
        pytest.param(
            hundred("200.01"),
            "above_maximum_recharge",
            "amount",
            marks=pytest.mark.verifies("maximum_prepaid_recharge", "changed"),
        ),
        (hundred("100.001"), "invalid_amount", "amount.amount"),
        (hundred("100", "EUR"), "wrong_currency", "amount.currency"),
        (hundred("100", "XXX"), "unknown_currency", "amount.currency"),
        (hundred() | {"payment_method": "pm_unknown"}, "unknown_payment_method", "payment_method"),
        (hundred() | {"payment_method": new_key()[4:]}, "unknown_payment_method", "payment_method"),
        ({"amount": 100}, "invalid_amount", "amount"),
        ({}, "required", "amount"),
    ],
)
def test_pay_now_refuses_and_says_why(
    stripe_sandbox: Stack,
    company_api: ApiOf,
    body: dict[str, object],
    code: str,
    attr: str,
) -> None:
    company = make_company()
    save_card(company)
    set_value("maximum_prepaid_recharge", value="200", reason="test", by=BY, at=NOW)
    answer = company_api(company).send(f"companies/{company.pk}/recharges/", body, key=new_key())
    assert error_of(answer) == (400, code, attr)
    assert not Payment.objects.filter(company=company).exists()


@pytest.mark.verifies("minimum_prepaid_recharge", "changed")
@pytest.mark.verifies("maximum_prepaid_recharge", "default")
def test_without_limits_any_amount_is_taken(stripe_sandbox: Stack, company_api: ApiOf) -> None:
    company = make_company()
    save_card(company)
    set_value("minimum_prepaid_recharge", value=None, reason="test", by=BY, at=NOW)
    for amount in ("1", "5000"):
        route = f"companies/{company.pk}/recharges/"
        assert company_api(company).send(route, hundred(amount), key=amount).status_code == 201


def test_limits_bind_prepaid_customers_only(stripe_sandbox: Stack, company_api: ApiOf) -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    save_card(company)
    sent = company_api(company).send(f"companies/{company.pk}/recharges/", hundred("5"), key="a")
    assert sent.status_code == 201


def test_without_a_card_pay_now_asks_for_one(company_api: ApiOf) -> None:
    company = make_company()
    answer = company_api(company).send(f"companies/{company.pk}/recharges/", hundred(), key="a")
    assert error_of(answer) == (400, "payment_method_required", "payment_method")


@pytest.mark.verifies("portal_payment", "off")
def test_portal_payment_off_stops_customers_not_staff(
    stripe_sandbox: Stack, company_api: ApiOf, staff_api: Api
) -> None:
    company = make_company()
    save_card(company)
    set_value("portal_payment", value=False, reason="test", by=BY, at=NOW)
    route = f"companies/{company.pk}/recharges/"
    refused = company_api(company).send(route, hundred(), key="a")
    assert error_of(refused)[:2] == (403, "portal_payment_off")
    methods = f"companies/{company.pk}/payment-methods/"
    added = company_api(company).send(methods, {"gateway": "stripe", "token": WORKS})
    assert error_of(added)[:2] == (403, "portal_payment_off")
    assert staff_api.send(route, hundred(), key="a").status_code == 201


def test_key_is_required(company_api: ApiOf) -> None:
    company = make_company()
    answer = company_api(company).send(f"companies/{company.pk}/recharges/", hundred())
    assert error_of(answer)[:2] == (400, "idempotency_key_required")


def test_another_companys_recharges_are_not_found(company_api: ApiOf) -> None:
    mine, other = make_company(), make_company()
    answer = company_api(mine).send(f"companies/{other.pk}/recharges/", hundred(), key="a")
    assert answer.status_code == 404


def test_yen_and_dinar_are_charged_in_their_own_minor_units(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    for currency, amount in (("JPY", "1000"), ("KWD", "12.340")):
        company = make_company(currency=currency)
        save_card(company)
        sent = hundred(amount, currency)
        answer = company_api(company).send(f"companies/{company.pk}/recharges/", sent, key="a")
        assert answer.json()["amount"] == {"amount": amount, "currency": currency}
        assert balance(company).balance == Decimal(amount)


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ({"from": "soon"}, "from"),
        ({"to": "0001-01-01T00:00:00+23:59"}, "to"),
        ({"status": "lost"}, "status"),
        ({"trigger": "magic"}, "trigger"),
        ({"limit": "0"}, "limit"),
    ],
)
def test_lists_name_the_filter_that_is_wrong(
    company_api: ApiOf, query: dict[str, str], attr: str
) -> None:
    company = make_company()
    answer = company_api(company).read(f"companies/{company.pk}/recharges/", **query)
    assert answer.status_code == 400
    assert error_of(answer)[2] == attr


def test_recharges_are_filtered_by_day_status_and_trigger(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    company = make_company()
    save_card(company)
    api, route = company_api(company), f"companies/{company.pk}/recharges/"
    api.send(route, hundred(), key="a")
    today = now().date().isoformat()
    assert len(api.read(route, **{"from": today, "to": today}).json()["results"]) == 1
    assert len(api.read(route, status="succeeded", trigger="manual").json()["results"]) == 1
    assert api.read(route, trigger="auto").json()["results"] == []
    assert api.read(route, to="2020-01-01").json()["results"] == []
