"""From exact sums to invoice figures: worked examples, then what holds for any amounts."""

from collections import Counter
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from billing.invoicing.calc import TaxableGroup, apportion_largest_remainder, invoice_totals
from billing.money.calc import round_half_even
from billing.tax.calc import plain_terms

amounts_lists = st.lists(
    st.decimals(min_value=-(10**9), max_value=10**9, places=12, allow_nan=False), max_size=40
)
digits = st.sampled_from([0, 2, 3])


def decimals(*figures: str) -> list[Decimal]:
    return [Decimal(figure) for figure in figures]


def test_two_token_lines_share_what_their_sum_rounds_to() -> None:
    exact = decimals("27.089961", "1.475376")  # 28.565337
    assert apportion_largest_remainder(exact, minor_units=2) == decimals("27.09", "1.48")


def test_five_hundred_records_of_four_tenths_of_a_cent_are_two_dollars() -> None:
    lines = apportion_largest_remainder([Decimal("0.004")] * 500, minor_units=2)
    assert sum(lines) == Decimal("2.00")
    assert Counter(lines) == {Decimal("0.01"): 200, Decimal("0.00"): 300}


def test_a_half_goes_to_the_even_neighbour() -> None:
    assert apportion_largest_remainder(decimals("0.125"), minor_units=2) == decimals("0.12")
    assert apportion_largest_remainder(decimals("0.135"), minor_units=2) == decimals("0.14")


def test_yen_have_no_decimals_and_dinars_have_three() -> None:
    assert apportion_largest_remainder(decimals("10.4", "10.4", "10.4"), minor_units=0) == (
        decimals("11", "10", "10")
    )
    assert apportion_largest_remainder(decimals("1.0004", "2.0004"), minor_units=3) == (
        decimals("1.000", "2.001")
    )


def test_negative_lines_and_no_lines() -> None:
    assert apportion_largest_remainder(decimals("10.006", "-3.004"), minor_units=2) == (
        decimals("10.01", "-3.01")
    )
    assert apportion_largest_remainder([], minor_units=2) == []


def test_a_tie_goes_to_the_larger_amount() -> None:
    assert apportion_largest_remainder(decimals("1.005", "7.005"), minor_units=2) == (
        decimals("1.00", "7.01")
    )


@given(amounts_lists, digits)
def test_lines_add_up_to_their_rounded_sum(amounts: list[Decimal], minor_units: int) -> None:
    lines = apportion_largest_remainder(amounts, minor_units=minor_units)
    assert sum(lines, Decimal(0)) == round_half_even(sum(amounts, Decimal(0)), minor_units)


@given(amounts_lists, digits)
def test_no_line_is_off_by_a_whole_unit(amounts: list[Decimal], minor_units: int) -> None:
    unit = Decimal(1).scaleb(-minor_units)
    lines = apportion_largest_remainder(amounts, minor_units=minor_units)
    for line, exact in zip(lines, amounts, strict=True):
        assert abs(line - exact) < unit
        assert line == round_half_even(line, minor_units)


@given(amounts_lists, digits, st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(
    amounts: list[Decimal], minor_units: int, random: Random
) -> None:
    shuffled = list(amounts)
    random.shuffle(shuffled)
    assert pairs(shuffled, minor_units) == pairs(amounts, minor_units)


@given(amounts_lists, digits)
def test_a_credit_note_mirrors_its_invoice(amounts: list[Decimal], minor_units: int) -> None:
    credited = pairs([-amount for amount in amounts], minor_units)
    assert {(-exact, -line): count for (exact, line), count in credited.items()} == pairs(
        amounts, minor_units
    )


def pairs(amounts: list[Decimal], minor_units: int) -> Counter[tuple[Decimal, Decimal]]:
    lines = apportion_largest_remainder(amounts, minor_units=minor_units)
    return Counter(zip(amounts, lines, strict=True))


def group(net: str, percent: str = "20") -> TaxableGroup:
    exact = Decimal(net)
    return TaxableGroup(
        net=exact, tax=exact * Decimal(percent) / 100, terms=plain_terms(Decimal(percent))
    )


def test_tax_is_worked_out_once_per_rate_on_the_rounded_lines() -> None:
    totals = invoice_totals([group("27.089961"), group("1.475376")], minor_units=2)
    assert totals.line_amounts == (Decimal("27.09"), Decimal("1.48"))
    assert totals.subtotal == Decimal("28.57")
    assert totals.tax == Decimal("5.71")  # 20 % of 28.57 = 5.714
    assert totals.total == Decimal("34.28")
    assert totals.rounding_difference == Decimal("34.28") - Decimal("28.565337") * Decimal("1.2")


def test_each_rate_has_its_own_tax_line() -> None:
    totals = invoice_totals([group("10.004"), group("5.004", "7"), group("1", "0")], minor_units=2)
    assert [(rate.percent, rate.net, rate.tax) for rate in totals.rates] == [
        (Decimal(0), Decimal("1.00"), Decimal("0.00")),
        (Decimal(7), Decimal("5.00"), Decimal("0.35")),
        (Decimal(20), Decimal("10.01"), Decimal("2.00")),
    ]
    assert totals.subtotal == Decimal("16.01")  # of 16.008


def test_rounding_does_not_move_money_from_one_rate_to_another() -> None:
    many_high = [group("0.009", "20")] * 100  # 0.90
    many_low = [group("0.001", "5")] * 100  # 0.10
    totals = invoice_totals([*many_high, *many_low], minor_units=2)
    assert [rate.net for rate in totals.rates] == [Decimal("0.10"), Decimal("0.90")]


def test_an_empty_invoice_is_zero() -> None:
    totals = invoice_totals([], minor_units=2)
    assert (totals.line_amounts, totals.rates, totals.total) == ((), (), Decimal(0))


groups_lists = st.lists(
    st.builds(
        group,
        st.decimals(min_value=-(10**6), max_value=10**6, places=12).map(str),
        st.sampled_from(["0", "5", "7", "20"]),
    ),
    max_size=30,
)


@given(groups_lists, digits)
def test_totals_always_agree_with_their_parts(groups: list[TaxableGroup], minor_units: int) -> None:
    totals = invoice_totals(groups, minor_units=minor_units)
    exact = sum((part.net for part in groups), Decimal(0))
    assert totals.subtotal == round_half_even(exact, minor_units) == sum(totals.line_amounts)
    assert totals.subtotal == sum(rate.net for rate in totals.rates)
    assert totals.tax == sum(rate.tax for rate in totals.rates)
    for rate in totals.rates:
        members = [i for i, part in enumerate(groups) if part.terms.percent == rate.percent]
        assert rate.net == sum(totals.line_amounts[i] for i in members)


@given(groups_lists, digits)
def test_no_line_of_an_invoice_is_off_by_a_whole_unit(
    groups: list[TaxableGroup], minor_units: int
) -> None:
    unit = Decimal(1).scaleb(-minor_units)
    totals = invoice_totals(groups, minor_units=minor_units)
    for line, part in zip(totals.line_amounts, groups, strict=True):
        assert abs(line - part.net) < unit
