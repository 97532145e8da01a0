"""What a new client may choose: each feature in each position, in the form and over the API."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.companies.models import Company
from accounts.notifications.models import Mail
from accounts.people.models import Invitation, Role
from billing.profiles.models import BillingProfile
from config import clock
from features.actions import set_value
from tests.accounts.access.client import Api, error_of
from tests.billing.profiles.test_companies_api import BODY
from tests.config.staff.people import staff_client_of

pytestmark = pytest.mark.django_db

ADD = "/admin/accounts/company/add/"
CLIENT = {
    "name": "Aurora Robotics",
    "email": "office@aurora.example",
    "category": "organization",
    "country": "DE",
    "timezone": "Europe/Berlin",
    "billing_type": "postpaid",
    "currency": "USD",
    "minimum_balance": "0",
    "credit_limit": "1000",
    "billing_day": "1",
}


def flip(key: str, to: object) -> None:
    set_value(key, value=to, reason="Asked for", by="staff:anna", at=clock.now())


def _form(client: Client, address: str = ADD) -> dict[str, list[str]]:
    """The fields of the form, and the choices of each."""
    fields = client.get(address).context["form"].fields
    return {
        name: [str(value) for value, _label in getattr(field, "choices", [])]
        for name, field in fields.items()
    }


@pytest.mark.verifies("billing_plan", "default")
@pytest.mark.verifies("billing_plan", "changed")
def test_flexible_offers_all_three_and_a_plan_that_one_alone(staff_api: Api) -> None:
    staff = staff_client_of("billing")
    assert _form(staff)["billing_type"] == ["prepaid", "postpaid", "flexible"]
    assert staff_api.send("companies/", {**BODY, "billing_type": "postpaid"}).status_code == 201
    flip("billing_plan", "prepaid")
    assert _form(staff)["billing_type"] == ["prepaid"]
    answer = staff_api.send("companies/", {**BODY, "billing_type": "postpaid"})
    assert error_of(answer) == (400, "billing_type_not_offered", "billing_type")
    assert staff_api.send("companies/", {**BODY, "billing_type": "prepaid"}).status_code == 201


@pytest.mark.parametrize(
    "category",
    [
        pytest.param(
            "individual",
            marks=[
                pytest.mark.verifies("individual_billing_plan", "changed"),
                pytest.mark.verifies("organization_billing_plan", "default"),
            ],
        ),
        pytest.param(
            "organization",
            marks=[
                pytest.mark.verifies("organization_billing_plan", "changed"),
                pytest.mark.verifies("individual_billing_plan", "default"),
            ],
        ),
    ],
)
def test_a_category_has_a_plan_of_its_own_or_inherits(staff_api: Api, category: str) -> None:
    other = {"individual": "organization", "organization": "individual"}[category]
    flip("billing_plan", "prepaid")
    flip(f"{category}_billing_plan", "postpaid")
    assert _form(staff_client_of("billing"))["billing_type"] == ["prepaid", "postpaid"]
    own = {**BODY, "category": category}
    assert staff_api.send("companies/", {**own, "billing_type": "postpaid"}).status_code == 201
    assert staff_api.send("companies/", {**own, "billing_type": "prepaid"}).status_code == 400
    inherits = {**BODY, "category": other}
    assert staff_api.send("companies/", {**inherits, "billing_type": "postpaid"}).status_code == 400
    assert staff_api.send("companies/", {**inherits, "billing_type": "prepaid"}).status_code == 201


def test_the_form_refuses_what_the_category_is_not_offered() -> None:
    flip("individual_billing_plan", "prepaid")
    body = {**CLIENT, "category": "individual"}
    answer = staff_client_of("billing").post(ADD, body)
    assert answer.status_code == 422
    assert "billing_type" in answer.context["form"].errors
    assert not Company.objects.exists()


@pytest.mark.verifies("billing_contract_type", "on")
@pytest.mark.verifies("billing_contract_type", "off")
def test_fixed_payment_is_offered_while_it_is_on(staff_api: Api) -> None:
    staff = staff_client_of("billing")
    fixed = {**BODY, "contract_type": "fixed", "fixed_amount": "99.00"}
    assert "contract_type" not in _form(staff)
    assert error_of(staff_api.send("companies/", fixed)) == (
        400,
        "contract_type_off",
        "contract_type",
    )
    flip("billing_contract_type", True)
    assert _form(staff)["contract_type"] == ["payg", "fixed"]
    made = staff_api.send("companies/", fixed).json()
    flip("billing_contract_type", False)
    stays = staff_api.read(f"companies/{made['id']}/").json()
    assert (stays["contract_type"], stays["fixed_amount"]) == ("fixed", "99")
    assert "contract_type" in _form(staff, f"/admin/accounts/company/{made['id']}/edit/")


def test_an_existing_client_does_not_turn_fixed_while_it_is_off(staff_api: Api) -> None:
    made = staff_api.send("companies/", BODY).json()
    change = {"contract_type": "fixed", "fixed_amount": "99.00"}
    path = f"companies/{made['id']}/"
    assert error_of(staff_api.call("patch", path, change))[1] == "contract_type_off"
    flip("billing_contract_type", True)
    assert staff_api.call("patch", path, change).status_code == 200


def test_the_form_makes_an_active_company_and_invites_its_owner() -> None:
    answer = staff_client_of("billing").post(ADD, {**CLIENT, "owner_email": "ada@aurora.example"})
    assert answer.status_code == 302, answer.context["form"].errors
    company = Company.objects.get()
    assert (company.status, BillingProfile.objects.get().billing_type) == ("active", "postpaid")
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role) == ("ada@aurora.example", Role.OWNER)
    assert Mail.objects.get(kind="invitation").to == "ada@aurora.example"
