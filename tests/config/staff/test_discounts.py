"""A discount is begun from the list, or on the page of its company."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.discounts.models import Discount
from tests.config.staff.people import staff_client_of
from tests.factories import make_company

pytestmark = pytest.mark.django_db
LIST, ADD = "/admin/billing/discount/", "/admin/billing/discount/add/"


def test_the_list_leads_to_the_company_and_its_terms() -> None:
    company = make_company()
    client = staff_client_of("billing")
    assert ADD in client.get(LIST).text
    answer = client.post(ADD, {"company": str(company.pk)})
    terms = {"name": "Loyalty", "starts": "2026-05-01", "cycles": "3", "percent": "-10"}
    client.post(answer.headers["Location"], terms)
    discount = Discount.objects.get()
    assert (discount.company, discount.percent) == (company, Decimal(-10))


def test_who_may_not_add_sees_no_way_to_and_finds_none() -> None:
    client = staff_client_of("viewer")
    assert ADD not in client.get(LIST).text
    assert client.get(ADD).status_code == 403
