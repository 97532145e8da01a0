"""Signing up: the address is proven, the terms confirmed, the account active or still waiting."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.companies.models import Company
from accounts.notifications.models import Mail
from accounts.people.models import Member, Role, User
from billing.onboarding.models import SignUp
from billing.profiles.models import BillingProfile
from billing.tax.actions import set_tax_rule
from tests.billing.onboarding.setting import ACTIVATION, TERMS, WHO, confirm, flip, signed_up
from tests.factories import BY, NOW, make_company
from tests.portal import browser

pytestmark = pytest.mark.django_db


def test_signing_up_proves_the_address_and_the_company_waits(client: Client) -> None:
    answer = client.post("/signup/", WHO)
    assert answer.headers["Location"] == "/accounts/confirm-email/"
    company = Company.objects.get()
    assert (company.name, company.status, str(company.country)) == (
        "Borealis Freight",
        "pending",
        "DE",
    )
    assert not EmailAddress.objects.get().verified
    assert "_auth_user_id" not in client.session
    member = Member.objects.get(company=company)
    assert (member.role, member.user.get_full_name()) == (Role.OWNER, "Ada Lind")


def test_without_the_link_nobody_signs_in(client: Client) -> None:
    client.post("/signup/", WHO)
    stranger = Client()
    stranger.post("/accounts/login/", {"login": WHO["email"], "password": WHO["password"]})
    assert "_auth_user_id" not in stranger.session


def test_an_individual_is_called_by_name(client: Client) -> None:
    company = signed_up(client, category="individual", company="")
    assert (company.name, company.category) == ("Ada Lind", "individual")


def test_an_organization_says_its_name(client: Client) -> None:
    answer = client.post("/signup/", {**WHO, "company": ""})
    assert "company" in answer.context["form"].errors
    assert not User.objects.exists()


def test_a_known_address_gets_the_same_answer_and_a_mail_that_says_so(client: Client) -> None:
    known = browser(make_company())
    user = User.objects.get()
    EmailAddress.objects.filter(user=user).update(verified=True)
    before = Company.objects.count()
    answer = client.post("/signup/", {**WHO, "email": user.email})
    assert answer.headers["Location"] == "/accounts/confirm-email/"
    assert (Company.objects.count(), User.objects.count()) == (before, 1)
    assert Mail.objects.get(kind="account_notice").to == user.email
    assert known.get("/signup/").headers["Location"] == "/portal/"


@pytest.mark.parametrize("page", ["/portal/", "/portal/balance/", "/portal/pay/", "/portal/team/"])
def test_a_waiting_account_has_one_page(client: Client, page: str) -> None:
    signed_up(client)
    assert client.get(page).headers["Location"] == ACTIVATION
    assert client.get(ACTIVATION).status_code == 200


def test_without_a_deposit_confirming_activates(client: Client) -> None:
    company = signed_up(client)
    assert "No payment is needed" in client.get(ACTIVATION).text
    assert confirm(client, billing_type="flexible", city="Kiel").status_code == 302
    company.refresh_from_db()
    assert (company.status, company.city) == ("active", "Kiel")
    assert BillingProfile.objects.get().billing_type == "flexible"
    assert SignUp.objects.get().deposit == "none"
    assert client.get("/portal/").status_code == 200


def test_the_customer_sees_its_tax_and_a_wrong_tax_number_is_refused(client: Client) -> None:
    company = signed_up(client)
    country = str(company.country)
    set_tax_rule(
        country=country, category="", treatment="standard", percent=Decimal(19), by=BY, at=NOW
    )
    assert "19</span> %" in client.get(ACTIVATION).text
    answer = confirm(client, billing_type="flexible", tax_id=f"{country}123456789")
    assert "its check digits do not add up" in answer.text
    company.refresh_from_db()
    assert (company.status, company.tax_id) == ("pending", "")


def test_the_customer_reviews_what_is_on_offer_and_nothing_else(client: Client) -> None:
    company = signed_up(client)
    fields = client.get(ACTIVATION).context["form"].fields
    assert [value for value, _label in fields["billing_type"].choices] == [
        "prepaid",
        "postpaid",
        "flexible",
    ]
    flip("organization_billing_plan", "postpaid")
    assert "billing_type" not in client.get(ACTIVATION).context["form"].fields
    client.post(TERMS, {"billing_type": "prepaid"})
    company.refresh_from_db()
    assert (company.status, BillingProfile.objects.get().billing_type) == ("active", "postpaid")


def test_a_fixed_contract_is_chosen_while_it_is_on_offer(client: Client) -> None:
    company = signed_up(client)
    assert "contract_type" not in client.get(ACTIVATION).context["form"].fields
    flip("billing_contract_type", True)
    refused = confirm(client, contract_type="fixed", fixed_amount="")
    assert "fixed_amount" in refused.context["form"].errors
    confirm(client, contract_type="fixed", fixed_amount="49.00")
    profile = BillingProfile.objects.get(company=company)
    assert (profile.contract_type, profile.fixed_amount) == ("fixed", Decimal(49))


def _words(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page)


@pytest.mark.verifies("signup_payment", "on")
@pytest.mark.parametrize(
    ("refund", "percent", "says"),
    [
        (True, "100", "all of it goes back to the card"),
        (True, "60", "0.60 go back to the card"),
        (False, "100", "credited to your balance"),
    ],
)
def test_the_page_says_what_happens_to_the_deposit(
    client: Client, *, refund: bool, percent: str, says: str
) -> None:
    assert "No payment is needed" in client.get("/signup/").text
    flip("signup_payment", True)
    flip("account_verification_refund", refund)
    flip("verification_refund_percent", percent)
    assert says in _words(client.get("/signup/").text)
    signed_up(client)
    assert says in _words(client.get(ACTIVATION).text)
