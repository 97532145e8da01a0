"""What a record costs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.catalog.actions import create_zone
from billing.catalog.models import PlanKind, PlanVersion
from billing.catalog.terms import PlanTerms, PriceTerms, TierTerms
from billing.metering.models import Charge
from tests.billing.metering.usage import MB, amounts, counts, money_of, record, send
from tests.factories import BY, NOW, make_company, make_plan, make_subscription

pytestmark = pytest.mark.django_db


def test_a_record_is_deducted_with_its_tax() -> None:
    company = make_company(tax_percent=Decimal(20))
    make_subscription(company, make_plan(PriceTerms(Decimal("0.05"))), subject="sim")

    send(record("sim", 200 * MB))

    assert amounts() == [Decimal("10.00")]
    assert Charge.objects.get().tax == Decimal("2.00")
    assert money_of(company) == Decimal("-12.00")


def test_a_country_beats_its_zone_and_a_zone_beats_the_default() -> None:
    zone = create_zone("Neighbours", countries=["FR", "DE"], at=NOW, by=BY)
    plan = make_plan(
        PriceTerms(Decimal("0.09")),
        PriceTerms(Decimal("0.05"), zone=zone),
        PriceTerms(Decimal("0.02"), country="DE"),
    )
    make_subscription(make_company(), plan, subject="sim")

    send(*(record("sim", MB, country=country) for country in ("DE", "FR", "JP")))

    assert amounts() == [Decimal("0.02"), Decimal("0.05"), Decimal("0.09")]


def test_a_byte_of_a_megabyte_price_is_an_exact_power_of_two() -> None:
    make_subscription(make_company(), make_plan(PriceTerms(Decimal("0.01"))), subject="sim")

    send(record("sim", 1), record("sim", 3))

    # 0.01 / 1 048 576 = 0.000000009536743…, three of them 0.000000028610229…
    assert amounts() == [Decimal("0.000000009537"), Decimal("0.000000028610")]


def test_ties_go_to_the_even_neighbour_once_a_record() -> None:
    # 0.000000000001 per 2 tokens would be a tie at the twelfth decimal.
    plan = make_plan(
        PriceTerms(Decimal("0.0000005"), unit="1m_tokens"), kind=PlanKind.METERED, meter="tokens"
    )
    make_subscription(make_company(), plan, subject="key")

    send(record("key", 1), record("key", 3), record("key", 5))

    # 0.5, 1.5 and 2.5 millionths of a millionth
    assert amounts() == [Decimal(0), Decimal("0.000000000002"), Decimal("0.000000000002")]


@pytest.mark.parametrize(("increment", "billed"), [("byte", 1025), ("KB", 2048), ("MB", MB)])
def test_a_record_is_rounded_up_to_the_increment(increment: str, billed: int) -> None:
    terms = PlanTerms(prices=(PriceTerms(Decimal(MB)),), increment=increment)
    make_subscription(make_company(), make_plan(terms=terms), subject="sim")

    send(record("sim", 1025))

    charge = Charge.objects.get()
    assert (charge.quantity, charge.billed, charge.amount) == (1025, billed, Decimal(billed))


def test_the_increment_is_for_the_plans_own_meter_only() -> None:
    terms = PlanTerms(
        prices=(
            PriceTerms(Decimal("0.01")),
            PriceTerms(Decimal("0.10"), meter="sms", unit="sms"),
        ),
        increment=PlanVersion.Increment.MB,
    )
    make_subscription(make_company(), make_plan(terms=terms), subject="sim")

    send(record("sim", 3, meter="sms"))

    assert amounts() == [Decimal("0.30")]


def test_what_is_included_is_free_and_the_rest_is_overage() -> None:
    terms = PlanTerms(included=100 * MB, overage_price=Decimal("0.10"))
    plan = make_plan(kind=PlanKind.PAY_PER_MB, terms=terms)
    make_subscription(make_company(), plan, subject="sim")

    send(record("sim", 60 * MB), record("sim", 60 * MB))
    send(record("sim", 10 * MB))

    assert amounts() == [Decimal(0), Decimal("2.0"), Decimal("1.0")]
    taken = Charge.objects.order_by("id").values_list("from_allowance", flat=True)
    assert list(taken) == [60 * MB, 40 * MB, 0]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        # graduated: 10 at 0.10, the next at 0.05; volume: all at 0.05 once past 10
        ("graduated", ["0.80", "0.30", "0.05"]),
        ("volume", ["0.80", "-0.20", "0.05"]),
    ],
)
def test_tiers_price_the_interval_of_cumulative_use(mode: str, expected: list[str]) -> None:
    tiers = (TierTerms(Decimal(0), Decimal("0.10")), TierTerms(Decimal(10), Decimal("0.05")))
    plan = make_plan(
        PriceTerms(unit="token", tiers=tiers, tier_mode=mode), kind=PlanKind.METERED, meter="tokens"
    )
    make_subscription(make_company(), plan, subject="key")

    send(record("key", 8), record("key", 4))
    send(record("key", 1))

    assert amounts() == [Decimal(amount) for amount in expected]


def test_a_blocked_country_and_a_missing_price_are_rejects_never_a_silent_zero() -> None:
    plan = make_plan(
        PriceTerms(Decimal("0.02"), country="DE"), PriceTerms(country="US", is_blocked=True)
    )
    make_subscription(make_company(), plan, subject="sim")

    result = send(record("sim", country="US"), record("sim", country="FR"), record("sim"))

    assert counts(result) == (0, 0, 0, 3)
    assert [part.code for part in result.rejected] == ["country_blocked", "no_price", "no_price"]


def test_a_network_stands_for_its_country() -> None:
    plan = make_plan(PriceTerms(Decimal("0.02"), country="DE"))
    make_subscription(make_company(), plan, subject="sim")

    result = send(
        record("sim", plmn="26201"),
        record("sim", plmn="262-01"),
        record("sim", plmn="26299"),  # an unknown network of a known country
        record("sim", plmn="99999"),
        record("sim", plmn="26"),
    )

    assert Charge.objects.filter(country="DE").count() == 3
    assert [part.code for part in result.rejected] == ["unknown_country"] * 2


def test_a_record_dearer_than_any_sale_is_rejected() -> None:
    make_subscription(make_company(), make_plan(PriceTerms(Decimal(10))), subject="sim")

    result = send(record("sim", 10**18 - 1))

    assert [part.code for part in result.rejected] == ["invalid_quantity"]
