"""Saved cards over the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import LazySettings

from accounts.companies.models import Company
from billing.payments.models import PaymentMethod
from config.sandbox.testing import Stack
from tests.accounts.access.client import Api, error_of
from tests.billing.payments.cards import REFUSED_WHEN_ATTACHED, WORKS, save_card
from tests.factories import make_company

pytestmark = pytest.mark.django_db
ApiOf = Callable[[Company], Api]


def test_a_card_is_kept_without_its_number(stripe_sandbox: Stack, company_api: ApiOf) -> None:
    company = make_company()
    api = company_api(company)
    answer = api.send(
        f"companies/{company.pk}/payment-methods/",
        {"gateway": "stripe", "token": WORKS, "make_default": True},
    )
    assert answer.status_code == 201
    body = answer.json()
    assert (body["brand"], body["last4"], body["is_default"]) == ("visa", "4242", True)
    assert set(body) >= {"id", "exp_month", "exp_year"}
    [listed] = api.read(f"companies/{company.pk}/payment-methods/").json()["results"]
    assert listed["id"] == body["id"]


def test_a_refused_card_answers_402_and_is_not_kept(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    company = make_company()
    answer = company_api(company).send(
        f"companies/{company.pk}/payment-methods/",
        {"gateway": "stripe", "token": REFUSED_WHEN_ATTACHED},
    )
    assert error_of(answer)[:2] == (402, "card_declined")
    assert not PaymentMethod.objects.filter(company=company).exists()


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({"gateway": "stripe", "token": "pm_nobody_knows"}, "unknown_payment_method", "token"),
        ({"gateway": "stripe", "token": "../customers"}, "invalid", "token"),
        ({"gateway": "stripe", "token": "pm_\x00"}, "invalid_character", "token"),
        ({"gateway": "paypal", "token": WORKS}, "invalid_choice", "gateway"),
        ({"gateway": "stripe"}, "required", "token"),
        ({"token": WORKS, "make_default": "perhaps"}, "invalid", "make_default"),
    ],
)
def test_what_is_wrong_with_a_card_is_named(
    stripe_sandbox: Stack,
    company_api: ApiOf,
    body: dict[str, object],
    code: str,
    attr: str,
) -> None:
    company = make_company()
    answer = company_api(company).send(f"companies/{company.pk}/payment-methods/", body)
    assert error_of(answer) == (400, code, attr)


def test_there_is_one_default_and_it_moves(stripe_sandbox: Stack) -> None:
    company = make_company()
    first = save_card(company, make_default=False)
    assert first.is_default, "the first card is charged, there is no other"
    second = save_card(company, make_default=True)
    first.refresh_from_db()
    assert (first.is_default, second.is_default) == (False, True)


def test_a_removed_card_is_gone_and_another_takes_its_place(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    company = make_company()
    first, second = save_card(company), save_card(company)
    api = company_api(company)
    route = f"companies/{company.pk}/payment-methods/{second.pk}/"
    assert api.delete(f"/api/v1/{route}").status_code == 204
    assert api.delete(f"/api/v1/{route}").status_code == 404
    first.refresh_from_db()
    assert first.is_default
    [listed] = api.read(f"companies/{company.pk}/payment-methods/").json()["results"]
    assert listed["id"] == str(first.pk)


def test_another_companys_card_is_not_found(stripe_sandbox: Stack, company_api: ApiOf) -> None:
    mine, other = make_company(), make_company()
    card = save_card(other)
    route = f"/api/v1/companies/{mine.pk}/payment-methods/{card.pk}/"
    assert company_api(mine).delete(route).status_code == 404


def test_a_gateway_that_does_not_answer_is_said_so(
    stripe_sandbox: Stack, company_api: ApiOf, settings: LazySettings
) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"
    company = make_company()
    api = company_api(company)
    api.raise_request_exception = False
    answer = api.send(
        f"companies/{company.pk}/payment-methods/", {"gateway": "stripe", "token": WORKS}
    )
    assert error_of(answer)[:2] == (503, "gateway_unavailable")
