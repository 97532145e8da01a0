"""The payment methods page."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.companies.models import Company
from billing.payments.models import PaymentMethod
from billing.payments.queries import default_method, saved_methods
from tests.billing.payments.cards import REFUSED_WHEN_ATTACHED, WORKS, card_token, save_card
from tests.factories import make_company
from tests.portal import browser, form_key

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stripe_sandbox")]
ADDRESS = "/portal/profile/payment/"


@pytest.fixture
def company() -> Company:
    return make_company()


@pytest.fixture
def client(company: Company) -> Client:
    return browser(company)


def test_a_card_is_saved_by_its_token(client: Client, company: Company) -> None:
    form = {"key": form_key(client, ADDRESS), "token": card_token("4242424242424242")}
    assert client.post(ADDRESS, form).status_code == 302
    assert "Visa •4242" in client.get(ADDRESS).text
    assert default_method(company) is not None


def test_a_refused_card_says_why_and_the_next_try_has_a_new_key(
    client: Client, company: Company
) -> None:
    key = form_key(client, ADDRESS)
    answer = client.post(ADDRESS, {"key": key, "token": REFUSED_WHEN_ATTACHED})
    assert "Your card was declined." in answer.text
    assert key not in answer.text
    assert not saved_methods(company).exists()


@pytest.mark.parametrize("token", ["", "pm_unknown", "tok_visa\x00", "x" * 300])
def test_a_token_that_is_none_saves_nothing(client: Client, company: Company, token: str) -> None:
    form = {"key": form_key(client, ADDRESS), "token": token}
    assert client.post(ADDRESS, form).status_code == 200
    assert not saved_methods(company).exists()


def test_removing_asks_first_where_no_script_did(client: Client, company: Company) -> None:
    card = save_card(company, WORKS)
    address = f"{ADDRESS}{card.pk}/remove/"
    assert "Remove Visa •4242?" in client.post(address).text
    assert saved_methods(company).exists()
    assert client.post(address, {"confirmed": "1"}).status_code == 302
    assert not saved_methods(company).exists()


def test_the_default_changes(client: Client, company: Company) -> None:
    save_card(company, WORKS)
    second = save_card(company, card_token("4242424242424242"), make_default=False)
    client.post(f"{ADDRESS}{second.pk}/default/")
    assert default_method(company) == second


def test_another_companys_card_is_not_found(client: Client) -> None:
    theirs = save_card(make_company(), WORKS)
    for act in ("default", "remove"):
        answer = client.post(f"{ADDRESS}{theirs.pk}/{act}/", {"confirmed": "1"})
        assert answer.status_code == 404
    assert PaymentMethod.objects.get(pk=theirs.pk).removed_at is None
