"""Prices as staff type them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.access.exceptions import Refused
from billing.catalog.actions import create_zone
from billing.catalog.models import Plan, PlanVersion
from billing.catalog.price_lines import read_prices, written_prices
from tests.config.staff.people import staff_client_of
from tests.factories import BY, NOW

pytestmark = pytest.mark.django_db

LINES = "default 0.01 MB\nDE 0.005 MB\ninput_tokens/default 0.0015 1k_tokens\nCU blocked"


def test_a_line_is_a_place_a_price_and_a_unit() -> None:
    default, germany, tokens, cuba = read_prices(LINES)
    assert (default.country, default.per_unit, default.unit) == ("", Decimal("0.01"), "MB")
    assert (germany.country, germany.per_unit) == ("DE", Decimal("0.005"))
    assert (tokens.meter, tokens.unit) == ("input_tokens", "1k_tokens")
    assert (cuba.country, cuba.is_blocked) == ("CU", True)


def test_a_zone_is_named_in_full() -> None:
    zone = create_zone("Rest of Europe", countries=["FR", "ES"], at=NOW, by=BY)
    (price,) = read_prices("Rest of Europe 0.02 MB")
    assert price.zone == zone


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("DE 0.01", "Line 1: write a place"),
        ("DE 0.01 parsec", "Line 1: parsec is not one of the units"),
        ("DE one MB", "Line 1:"),
        ("Atlantis 0.01 MB", "Line 1: there is no zone 'Atlantis'"),
    ],
)
def test_a_wrong_line_is_named(line: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read_prices(line)


TERMS = {
    "prices": "default 0.01 MB\nCU blocked\nDE 0.005 MB",
    "fee": "2.50",
    "fee_for": "all",
    "activation_fee": "0",
    "included": "500",
    "overage_price": "",
    "increment": "KB",
    "billing_starts": "assignment",
}


def test_staff_of_the_catalog_add_a_plan_and_a_version() -> None:
    client = staff_client_of("catalog")
    plan_form = {"name": "Roam", "kind": "paygo", "currency": "EUR", "meter": "data"}
    assert client.post(reverse("admin:billing_plan_add"), plan_form | TERMS).status_code == 302
    plan = Plan.objects.get()
    first = plan.versions.get()
    assert (first.fee, first.included) == (Decimal("2.5"), Decimal(500 * 1024**2))
    assert written_prices(first.prices.order_by("country")) == (
        "default 0.01 MB\nCU blocked\nDE 0.005 MB"
    )
    address = f"/admin/billing/plan/{plan.pk}/new_version/"
    assert client.get(address).context["form"].initial["included"] == 500
    assert client.post(address, TERMS | {"fee": "3"}).status_code == 302
    assert list(PlanVersion.objects.values_list("number", "fee")) == [
        (2, Decimal(3)),
        (1, Decimal("2.5")),
    ]


def test_a_wrong_price_is_refused_beside_the_prices() -> None:
    plan_form = {"name": "Roam", "kind": "paygo", "currency": "EUR", "meter": "data"}
    answer = staff_client_of("catalog").post(
        reverse("admin:billing_plan_add"), plan_form | TERMS | {"prices": "XX 1 MB"}
    )
    assert answer.status_code == 422
    assert not Plan.objects.exists()


def test_others_cannot_add_a_plan() -> None:
    assert staff_client_of("billing").get(reverse("admin:billing_plan_add")).status_code == 403
