"""Which rule holds, and what of a price is tax."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.tax.calc import (
    ANYWHERE,
    EITHER,
    EU,
    Defaults,
    Rule,
    Standing,
    Terms,
    Treatment,
    net_of,
    terms_for,
)

D = Decimal
NUMBER_OF_DE = "DE136695976"
FROM_NL = Defaults(percent=D(5), includes_tax=False, seller_country="NL")


def rule(
    country: str,
    category: str = EITHER,
    *,
    percent: str = "0",
    treatment: Treatment = Treatment.STANDARD,
    includes_tax: bool | None = None,
) -> Rule:
    return Rule(
        id=hash((country, category, treatment)),
        country=country,
        category=category,
        treatment=treatment,
        percent=D(percent),
        name="VAT",
        reason="",
        includes_tax=includes_tax,
    )


def reverse(country: str) -> Rule:
    return rule(country, "organization", treatment=Treatment.REVERSE_CHARGE)


def percent_of(standing: Standing, *rules: Rule, defaults: Defaults = FROM_NL) -> str:
    """The treatment and the rate, such as "standard 19"."""
    held = {(each.country, each.category): each for each in rules}
    terms = terms_for(standing, held, defaults)
    return f"{terms.treatment} {terms.percent:g}"


def client(
    country: str, category: str = "organization", *, tax_id: str = "", own: str | None = None
) -> Standing:
    return Standing(country, category, tax_id, None if own is None else D(own))


RULES = (
    rule("NL", percent="21"),
    rule("DE", percent="19"),
    rule("DE", "individual", percent="7"),
    reverse(EU),
    rule(EU, percent="20"),
    rule(ANYWHERE, treatment=Treatment.OUTSIDE_SCOPE),
)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (client("DE", tax_id=NUMBER_OF_DE, own="7.7"), "standard 7.7"),
        (client("DE", tax_id=NUMBER_OF_DE), "reverse_charge 0"),
        (client("DE", tax_id="DE123456789"), "standard 19"),
        (client("DE"), "standard 19"),
        (client("DE", "individual", tax_id=NUMBER_OF_DE), "standard 7"),
        (client("NL", tax_id="NL004495445B01"), "standard 21"),
        (client("FR"), "standard 20"),
        (client("US"), "outside_scope 0"),
        (client("CH", "individual"), "outside_scope 0"),
    ],
)
def test_own_rate_then_reverse_charge_then_the_most_particular_rule(
    standing: Standing, expected: str
) -> None:
    assert percent_of(standing, *RULES) == expected


def test_without_a_rule_the_settings_hold() -> None:
    assert percent_of(client("BR"), rule("NL", percent="21")) == "standard 5"
    nothing = Defaults(percent=D(0), includes_tax=True, seller_country="")
    assert percent_of(client("BR"), defaults=nothing) == "zero_rated 0"


def test_the_rule_for_other_member_states_is_not_about_the_providers_own() -> None:
    assert percent_of(client("NL"), rule(EU, percent="20")) == "standard 5"


def test_a_rule_says_whether_prices_include_tax_or_leaves_it_to_the_settings() -> None:
    included = Defaults(percent=D(5), includes_tax=True, seller_country="NL")
    for says, expected in ((None, True), (False, False), (True, True)):
        held = {("DE", EITHER): rule("DE", percent="19", includes_tax=says)}
        assert terms_for(client("DE"), held, included).includes_tax is expected
        assert terms_for(client("DE", own="7"), held, included).includes_tax is expected


@pytest.mark.parametrize(
    ("gross", "percent", "net"),
    [
        ("12.00", "20", "10.00"),
        ("9.99", "19", "8.394957983193"),
        ("0.000000000001", "20", "0.000000000001"),
        ("119", "19", "100"),
        ("-12", "20", "-10"),
    ],
)
def test_the_net_part_of_a_price_that_includes_tax(gross: str, percent: str, net: str) -> None:
    assert net_of(D(gross), D(percent)) == D(net)


amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=12)
percents = st.decimals(min_value=0, max_value=100, places=4)


@given(amounts, percents)
def test_net_and_tax_are_the_price_and_the_tax_is_its_rate(
    gross: Decimal, percent: Decimal
) -> None:
    terms = Terms(percent=percent, treatment=Treatment.STANDARD, includes_tax=True)
    net = terms.net(gross)
    tax = terms.gross(gross) - net

    assert net + tax == gross
    assert abs(tax - net * percent / 100) <= D("0.000000000001")
