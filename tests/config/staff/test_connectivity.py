"""SIMs and subscriptions, as operations handles them in the admin."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from billing.subscriptions.models import Subscription
from telecom.sims.models import Sim
from tests.config.staff.people import staff_client_of
from tests.factories import make_company, make_plan

pytestmark = pytest.mark.django_db
ICCID = "8949200000000000016"


@pytest.fixture
def client() -> Client:
    return staff_client_of("operations")


def test_a_sim_is_added_assigned_and_suspended(client: Client) -> None:
    add = client.post(reverse("admin:telecom_sim_add"), {"iccid": ICCID, "msisdn": "4915000000001"})
    assert add.status_code == 302
    sim = Sim.objects.get()
    company, plan = make_company(), make_plan()
    address = f"/admin/telecom/sim/{sim.pk}/"
    body = {"company": str(company.pk), "plan": str(plan.pk), "starts_at": ""}
    assert client.post(f"{address}assign/", body).status_code == 302
    sim.refresh_from_db()
    assert (sim.company, sim.plan) == (company, plan)
    client.post(f"{address}activate/", {"reason": "Tested in the lab"})
    client.post(f"{address}suspend/", {"reason": "Reported stolen"})
    sim.refresh_from_db()
    assert (sim.status, sim.status_reason) == ("suspended", "Reported stolen")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"iccid": "1234"}, "iccid"),
        ({"iccid": ICCID[:-1] + "0"}, "iccid"),
        ({"iccid": ICCID, "imsi": "letters"}, "imsi"),
    ],
)
def test_a_wrong_sim_is_refused_beside_its_field(
    client: Client, given: dict[str, str], field: str
) -> None:
    answer = client.post(reverse("admin:telecom_sim_add"), given)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_a_subscription_is_added_moved_to_another_plan_and_ended(client: Client) -> None:
    company, first, second = make_company(), make_plan(), make_plan()
    body = {"company": str(company.pk), "plan": str(first.pk), "subject": "gateway-9"}
    assert client.post(reverse("admin:billing_subscription_add"), body).status_code == 302
    subscription = Subscription.objects.get()
    address = f"/admin/billing/subscription/{subscription.pk}/"
    assert client.post(f"{address}change_plan/", {"plan": str(second.pk)}).status_code == 302
    assert Subscription.objects.get().plan == second
    assert client.post(f"{address}end/", {"at": ""}).status_code == 302
    assert Subscription.objects.get().ends_at is not None


def test_a_subject_that_is_taken_is_refused_beside_its_field(client: Client) -> None:
    company, plan = make_company(), make_plan()
    body = {"company": str(company.pk), "plan": str(plan.pk), "subject": "gateway-9"}
    client.post(reverse("admin:billing_subscription_add"), body)
    answer = client.post(reverse("admin:billing_subscription_add"), body)
    assert answer.status_code == 422
    assert "subject" in answer.context["form"].errors
