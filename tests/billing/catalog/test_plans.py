"""Plans: what they cost down to the base unit, and what they may not say."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.companies.models import Company
from billing.catalog.calc import UNITS, Tier, graduated_total, per_base, volume_total
from billing.catalog.models import Meter, Plan, PlanKind, PriceRate
from tests.accounts.access.client import Api, error_of
from tests.factories import make_company

prices = st.decimals(0, 10**6, places=12)
BODY = {"name": "P", "kind": "paygo", "currency": "USD"}
PRICE = {"per_unit": "0.01", "unit": "MB"}


@given(price=prices, unit=st.sampled_from(sorted(UNITS)))
def test_the_price_of_a_base_unit_is_exact(price: Decimal, unit: str) -> None:
    exact = per_base(price, unit)

    assert Fraction(exact) * UNITS[unit].size == Fraction(price)
    assert -exact.as_tuple().exponent <= 42  # type: ignore[operator]  # what the column keeps


@given(
    steps=st.lists(st.tuples(st.integers(1, 50), prices), min_size=1, max_size=5),
    quantity=st.integers(0, 400),
    cut=st.integers(0, 400),
)
def test_graduated_tiers_add_up_however_the_quantity_is_cut(
    steps: list[tuple[int, Decimal]], quantity: int, cut: int
) -> None:
    start, tiers = 0, []
    for width, price in steps:
        tiers.append(Tier(Decimal(start), price))
        start += width
    by_unit = sum(
        max((tier for tier in tiers if tier.from_quantity <= unit), key=_start).per_base
        for unit in range(quantity)
    )

    assert graduated_total(tiers, Decimal(quantity)) == by_unit
    reached = [tier for tier in tiers if tier.from_quantity < cut]
    expected = cut * reached[-1].per_base if reached else 0
    assert volume_total(tiers, Decimal(cut)) == expected


def _start(tier: Tier) -> Decimal:
    return tier.from_quantity


@pytest.mark.django_db
@pytest.mark.parametrize("kind", PlanKind.values)
def test_every_kind_of_plan_can_be_stored(staff_api: Api, kind: str) -> None:
    body = {
        **BODY,
        "kind": kind,
        "prorated": True,
        "fee": "5",
        "fee_for": "active",
        "activation_fee": "1.50",
        "included_mb": 100,
        "overage_price": "0.02",
        "validity_days": 30,
        "refills": [{"amount_mb": 500, "price": "5"}, {"credit": "10", "price": "10"}],
        "increment": "KB",
        "billing_starts": "first_usage",
        "effective_from": "2023-01-01T00:00:00Z",
        "labels": ["a"],
    }

    answer = staff_api.send("plans/", body)

    assert answer.status_code == 201, answer.json()
    version = answer.json()["versions"][0]
    assert (version["included_mb"], version["overage_price"]) == (100, "0.02")
    assert version["effective_from"] == "2023-01-01T00:00:00Z"
    assert PriceRate.objects.get().per_base == per_base(Decimal("0.02"), "MB")


@pytest.mark.django_db
def test_prices_by_country_zone_and_meter_over_the_api(staff_api: Api) -> None:
    staff_api.send("zones/", {"name": "EU", "countries": ["de", "FR"]})
    body = {
        **BODY,
        "prices": [
            PRICE,
            {"zone": "EU", "per_unit": "0.02", "unit": "MB"},
            {"country": "de", "per_unit": "20.48", "unit": "GB"},
            {"country": "US", "blocked": True},
            {"country": "CA", "per_unit": "0", "unit": "MB", "blocked": True},
            {"meter": "calls", "per_unit": "0.1", "unit": "second"},
            {
                "meter": "tokens",
                "unit": "1k_tokens",
                "tiers": [{"up_to": "10", "per_unit": "0.5"}, {"per_unit": "0.25"}],
            },
        ],
    }

    answer = staff_api.send("plans/", body)

    assert answer.status_code == 201, answer.json()
    rates = {(rate.meter_id, rate.country): rate for rate in PriceRate.objects.all()}
    assert set(rates) == {
        ("data", ""),
        ("data", "DE"),
        ("data", "FR"),
        ("data", "US"),
        ("data", "CA"),
        ("calls", ""),
        ("tokens", ""),
    }
    assert rates["data", "DE"].per_base == rates["data", "FR"].per_base
    assert rates["data", "US"].is_blocked
    assert rates["data", "CA"].is_blocked
    assert Meter.objects.get(key="calls").base_unit == "second"
    told = answer.json()["versions"][0]["prices"]
    tiers = next(price for price in told if price["meter"] == "tokens")["tiers"]
    assert tiers == [
        {"from_units": "0", "per_unit": "0.5"},
        {"from_units": "10", "per_unit": "0.25"},
    ]


@pytest.mark.django_db
def test_a_company_sees_the_plans_on_offer_to_it(
    staff_api: Api, company_api: Callable[[Company], Api]
) -> None:
    own, stranger = make_company(), make_company()
    for name, companies in (("all", []), ("own", [own]), ("both", [own, stranger])):
        ids = [str(company.pk) for company in companies]
        staff_api.send("plans/", {**BODY, "name": name, "companies": ids, "prices": [PRICE]})

    rows = company_api(stranger).read("plans/").json()["results"]

    assert {row["name"]: row["companies"] for row in rows} == {
        "all": [],
        "both": [str(stranger.pk)],
    }
    assert company_api(stranger).send("plans/", BODY).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "attr"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"kind": "free"}, "kind"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": None}, "currency"),
        ({"meter": "not a slug"}, "meter"),
        ({"prices": []}, "prices"),
        ({"prices": {}}, "prices"),
        ({"prices": [{"per_unit": 0.01, "unit": "MB"}]}, "prices.0.per_unit"),
        ({"prices": [{"per_unit": "-1", "unit": "MB"}]}, "prices.0.per_unit"),
        ({"prices": [{"per_unit": "NaN", "unit": "MB"}]}, "prices.0.per_unit"),
        ({"prices": [{"per_unit": "1" * 30, "unit": "MB"}]}, "prices.0.per_unit"),
        ({"prices": [{"unit": "MB"}]}, "prices.0.per_unit"),
        ({"prices": [{"per_unit": "1"}]}, "prices.0.unit"),
        ({"prices": [{"per_unit": "1", "unit": "mile"}]}, "prices.0.unit"),
        ({"prices": [{"per_unit": "1", "unit": "token"}]}, "prices.0.unit"),
        ({"prices": [PRICE, PRICE]}, "prices.1"),
        ({"prices": [PRICE | {"country": "XX"}]}, "prices.0.country"),
        ({"prices": [PRICE | {"country": "Germany"}]}, "prices.0.country"),
        ({"prices": [PRICE | {"zone": "nowhere"}]}, "prices.0.zone"),
        ({"prices": [{"blocked": True}]}, "prices.0.blocked"),
        ({"prices": [PRICE | {"tiers": [{"per_unit": "1"}]}]}, "prices.0.per_unit"),
        (
            {"prices": [{"unit": "MB", "tiers": [{"up_to": "0", "per_unit": "1"}] * 2}]},
            "prices.0.tiers",
        ),
        ({"prices": [{"unit": "MB", "tiers": [{"per_unit": "1"}] * 2}]}, "prices"),
        ({"included_mb": -1, "prices": [PRICE]}, "included_mb"),
        ({"included_mb": "many", "prices": [PRICE]}, "included_mb"),
        ({"included_mb": 10**30, "prices": [PRICE]}, "included_mb"),
        ({"fee": 5, "prices": [PRICE]}, "fee"),
        ({"fee": "-5", "prices": [PRICE]}, "fee"),
        ({"increment": "GB", "prices": [PRICE]}, "increment"),
        ({"overage_price": "0.1", "prices": [PRICE]}, "overage_price"),
        ({"effective_from": "soon", "prices": [PRICE]}, "effective_from"),
        ({"companies": ["nobody"], "prices": [PRICE]}, "companies"),
        ({"refills": [{"price": "1"}], "prices": [PRICE]}, "refills.0"),
        ({"refills": [{"amount_mb": 0, "price": "1"}], "prices": [PRICE]}, "refills.0.amount_mb"),
        ({"validity_days": 0, "prices": [PRICE]}, "validity_days"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused_with_its_field(
    staff_api: Api, change: dict[str, object], attr: str
) -> None:
    status, _, told = error_of(staff_api.send("plans/", {**BODY, **change}))

    assert (status, told) == (400, attr)
    assert not Plan.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"name": "Z"}, "countries"),
        ({"name": "Z", "countries": []}, "countries"),
        ({"name": "Z", "countries": ["DE", "XX"]}, "countries.1"),
        ({"name": "Z", "countries": ["DE", "de"]}, "countries.1"),
        ({"name": "", "countries": ["DE"]}, "name"),
        ({"name": "EU", "countries": ["DE"]}, "name"),
    ],
)
def test_a_bad_zone_is_refused(staff_api: Api, body: dict[str, object], attr: str) -> None:
    staff_api.send("zones/", {"name": "EU", "countries": ["FR"]})

    status, _, told = error_of(staff_api.send("zones/", body))

    assert (status, told) == (400, attr)
