"""Reservations: set aside, used, given back; the operator's record charges only the difference."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from djmoney.money import Money
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.catalog.calc import MB
from billing.catalog.models import PlanKind
from billing.catalog.terms import PlanTerms, PriceTerms, TierTerms
from billing.ledger.exceptions import InsufficientBalance
from billing.ledger.holds import place_hold
from billing.ledger.models import Hold
from billing.ledger.queries import balance
from billing.metering.models import Charge
from billing.metering.quotes import quote
from billing.metering.reservations import (
    CommittedOtherwise,
    Session,
    commit_amount,
    commit_quantity,
    extend_quantity,
    reserve_quantity,
)
from billing.subscriptions.models import Subscription
from tests.billing.metering.usage import money_of, record, send
from tests.factories import BY, NOW, make_company, make_plan, make_subscription, new_key, pay_in

pytestmark = pytest.mark.django_db

AN_HOUR = timedelta(hours=1)


def session(name: str = "") -> Session:
    return Session(reference="session", expires_in=AN_HOUR, session=name)


def a_sim(*, funds: str = "10", price: str = "0.01", tax: str = "0") -> Subscription:
    company = make_company(tax_percent=Decimal(tax))
    pay_in(company, Money(funds, "USD"))
    return make_subscription(company, make_plan(PriceTerms(Decimal(price))), subject="sim")


def reserve(
    subscription: Subscription, quantity: int, *, name: str = "", is_partial: bool = False
) -> Hold:
    return reserve_quantity(
        subscription,
        quantity,
        session=session(name),
        key=new_key("hold"),
        at=NOW,
        is_partial=is_partial,
    )


def test_a_quantity_sets_aside_its_price_with_tax() -> None:
    sim = a_sim(funds="10", price="0.05", tax="20")

    hold = reserve(sim, 100 * MB)

    assert hold.amount == Decimal("6.00")
    assert balance(sim.company).available == Decimal("4.00")
    assert money_of(sim.company) == Decimal(10)


def test_two_sessions_never_get_the_same_money() -> None:
    sim = a_sim(funds="10")
    reserve(sim, 600 * MB)

    with pytest.raises(InsufficientBalance) as refused:
        reserve(sim, 600 * MB)

    assert refused.value.extra["missing"] == {"amount": "2.00", "currency": "USD"}


def test_a_partial_reservation_grants_what_is_left_and_says_it_is_the_final_unit() -> None:
    sim = a_sim(funds="10", price="0.05", tax="20")
    reserve(sim, 100 * MB)

    hold = reserve(sim, 100 * MB, is_partial=True)

    # 4.00 left / (0.05 × 1.2) per MB = 66.67 MB
    assert hold.is_final
    assert hold.quantity == int(4 / (Decimal("0.06") / MB))
    assert 0 <= Decimal(4) - hold.amount < Decimal("0.000001")
    with pytest.raises(InsufficientBalance):
        reserve(sim, 100 * MB, is_partial=True)


def test_two_sessions_never_get_the_same_included_units() -> None:
    terms = PlanTerms(included=100, overage_price=Decimal(MB))
    plan = make_plan(kind=PlanKind.PAY_PER_MB, terms=terms)
    company = make_company()
    pay_in(company, Money(50, "USD"))
    sim = make_subscription(company, plan, subject="sim")
    send(record("sim", 30))

    assert reserve(sim, 60).amount == 0
    assert reserve(sim, 60).amount == 50
    with pytest.raises(InsufficientBalance):
        reserve(sim, 1)


def test_a_commit_charges_what_was_used_once_and_gives_back_the_rest() -> None:
    sim = a_sim(funds="10")
    hold = reserve(sim, 600 * MB, name="s")

    _, charge = commit_quantity(hold.pk, 200 * MB, at=NOW)
    _, again = commit_quantity(hold.pk, 200 * MB, at=NOW)

    assert charge == again
    assert (charge.amount, charge.session) == (Decimal(2), "s")
    assert balance(sim.company).available == money_of(sim.company) == Decimal(8)
    with pytest.raises(CommittedOtherwise):
        commit_quantity(hold.pk, 201 * MB, at=NOW)


def test_a_commit_is_never_refused() -> None:
    sim = a_sim(funds="1")
    hold = reserve(sim, 100 * MB)

    commit_quantity(hold.pk, 500 * MB, at=NOW + 2 * AN_HOUR)

    assert money_of(sim.company) == Decimal(-4)


def test_an_extension_sets_aside_the_price_of_more() -> None:
    sim = a_sim(funds="10")
    hold = reserve(sim, 300 * MB)

    hold = extend_quantity(hold.pk, 500 * MB, expires_in=AN_HOUR, at=NOW)
    assert (hold.amount, hold.quantity) == (Decimal(8), Decimal(800 * MB))
    with pytest.raises(InsufficientBalance):
        extend_quantity(hold.pk, 300 * MB, expires_in=AN_HOUR, at=NOW)


def test_the_operators_record_of_the_session_charges_only_the_difference() -> None:
    sim = a_sim(funds="10")
    for used in (200, 100):
        commit_quantity(reserve(sim, 300 * MB, name="s").pk, used * MB, at=NOW)
    assert money_of(sim.company) == Decimal(7)

    # 250 of the 300 MB charged ahead, then the last 50 and 20 more.
    send(record("sim", 250 * MB, session="s"), record("sim", 70 * MB, session="s"))
    send(record("sim", 10 * MB, session="s"), record("sim", 10 * MB, session="other"))

    assert money_of(sim.company) == Decimal("6.60")
    operators = Charge.objects.filter(source="tests").order_by("id")
    assert [charge.amount for charge in operators] == [
        Decimal(0),
        Decimal("0.20"),
        Decimal("0.10"),
        Decimal("0.10"),
    ]


def test_money_spent_ahead_pays_for_the_session_too() -> None:
    sim = a_sim(funds="10", tax="20")
    hold = place_hold(
        sim.company,
        amount=Money("6", "USD"),
        reference="r",
        expires_in=AN_HOUR,
        key=new_key(),
        at=NOW,
        subject="sim",
        session="s",
    )

    hold, charge = commit_amount(hold.pk, Money("3.60", "USD"), by=BY, at=NOW)
    assert (charge.amount, charge.tax) == (Decimal(3), Decimal("0.6"))
    assert money_of(sim.company) == Decimal("6.40")

    # 400 MB cost 4.00: 3.00 are paid, 1.00 and its tax are not.
    send(record("sim", 400 * MB, session="s"))
    assert money_of(sim.company) == Decimal("5.20")


def test_a_company_may_spend_reserved_money_without_a_subject() -> None:
    company = make_company(tax_percent=Decimal(0))
    pay_in(company, Money(5, "USD"))
    hold = place_hold(
        company,
        amount=Money(5, "USD"),
        reference="r",
        expires_in=AN_HOUR,
        key=new_key(),
        at=NOW,
    )

    hold, charge = commit_amount(hold.pk, Money("1.25", "USD"), by=BY, at=NOW)
    assert commit_amount(hold.pk, Money("1.25", "USD"), by=BY, at=NOW)[1] == charge

    assert (hold.status, charge.kind) == ("committed", "reservation")
    assert money_of(company) == Decimal("3.75")


@settings(max_examples=30, deadline=None)
@given(
    used=st.integers(0, 500),
    wanted=st.integers(0, 500),
    included=st.integers(0, 300),
    mode=st.sampled_from(["graduated", "volume", "flat"]),
)
def test_a_quote_is_what_the_use_then_costs(
    used: int, wanted: int, included: int, mode: str
) -> None:
    tiers = (TierTerms(Decimal(0), Decimal("0.13")), TierTerms(Decimal(250), Decimal("0.07")))
    price = (
        PriceTerms(Decimal("0.11"), unit="token")
        if mode == "flat"
        else PriceTerms(unit="token", tiers=tiers, tier_mode=mode)
    )
    terms = PlanTerms(prices=(price,), included=included)
    plan = make_plan(kind=PlanKind.METERED, meter="tokens", terms=terms)
    subscription = make_subscription(make_company(tax_percent=Decimal(19)), plan)
    send(record(subscription.subject, used))

    expected = quote(subscription, meter="", country="", at=NOW)
    send(record(subscription.subject, wanted, name=f"wanted-{subscription.pk}"))

    charge = Charge.objects.get(external_id=f"wanted-{subscription.pk}")
    assert (expected.net(wanted), expected.gross(wanted)) == (
        charge.amount,
        charge.amount + charge.tax,
    )
