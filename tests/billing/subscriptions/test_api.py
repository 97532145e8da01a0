"""Subscriptions as a program sees them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.companies.models import Company
from tests.accounts.access.client import Api, error_of
from tests.factories import make_company, make_plan, make_subscription

pytestmark = pytest.mark.django_db


def test_a_subscription_may_start_in_the_past(staff_api: Api) -> None:
    company, plan = make_company(), make_plan()
    body = {
        "company": str(company.pk),
        "plan": str(plan.pk),
        "subject": "llm",
        "starts_at": "2023-11-01T00:00:00Z",
    }

    answer = staff_api.send("subscriptions/", body)

    assert answer.status_code == 201
    told = answer.json()
    assert (told["status"], told["starts_at"], told["keys"]) == (
        "active",
        "2023-11-01T00:00:00Z",
        ["llm"],
    )
    assert error_of(staff_api.send("subscriptions/", body)) == (409, "subject_taken", "subject")


def test_a_plan_is_changed_and_a_subscription_cancelled(staff_api: Api) -> None:
    subscription = make_subscription(make_company())
    other = make_plan()
    route = f"subscriptions/{subscription.pk}/"

    moved = staff_api.send(f"{route}change-plan/", {"plan": str(other.pk)}).json()
    ended = staff_api.send(f"{route}cancel/", {}).json()

    assert moved["plan"] == str(other.pk)
    assert ended["status"] == "ended"
    assert error_of(staff_api.send(f"{route}cancel/", {}))[:2] == (409, "subscription_ended")


def test_a_company_reads_its_own(staff_api: Api, company_api: Callable[[Company], Api]) -> None:
    own, strange = make_subscription(make_company()), make_subscription(make_company())
    api = company_api(own.company)

    assert [row["id"] for row in api.read("subscriptions/").json()["results"]] == [str(own.pk)]
    assert api.read(f"subscriptions/{strange.pk}/").status_code == 404
    assert api.send(f"subscriptions/{own.pk}/cancel/", {}).status_code == 403


@pytest.mark.parametrize(
    ("change", "attr"),
    [
        ({"company": "nobody"}, "company"),
        ({"plan": None}, "plan"),
        ({"subject": ""}, "subject"),
        ({"subject": "x" * 129}, "subject"),
        ({"subject": ["x"]}, "subject"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at"),
        ({"starts_at": "1999-01-01T00:00:00Z"}, "starts_at"),
        ({"keys": "imsi"}, "keys"),
    ],
)
def test_a_bad_field_is_named(staff_api: Api, change: dict[str, object], attr: str) -> None:
    body = {"company": str(make_company().pk), "plan": str(make_plan().pk), "subject": "s"}

    status, _, told = error_of(staff_api.send("subscriptions/", {**body, **change}))

    assert (status, told) == (400, attr)
