"""Money as people read it."""

from decimal import Decimal

import pytest

from billing.money.formatting import format_money, format_unit_price, locale_of, price_decimals

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        ("1234.5", "USD", "en", "$1,234.50"),
        ("-1234.5", "EUR", "de", f"-1.234,50{SPACE}€"),
        ("1234", "JPY", "en", "¥1,234"),
        ("1.5", "KWD", "en", f"KWD{SPACE}1.500"),
        ("12.5", "ALL", "en", f"ALL{SPACE}12.50"),  # CLDR would leave the decimals out
    ],
)
def test_an_amount_has_its_currency_and_minor_units(
    amount: str, currency: str, language: str, text: str
) -> None:
    assert format_money(Decimal(amount), currency, locale_of(language)) == text


def test_among_arabic_letters_an_amount_reads_from_left_to_right() -> None:
    """Western digits; isolated, so that minus and symbol stay on their sides."""
    text = format_money(Decimal("-1234.5"), "USD", locale_of("ar"))
    assert text == f"\N{LEFT-TO-RIGHT ISOLATE}-1,234.50{SPACE}US$\N{POP DIRECTIONAL ISOLATE}"


def test_decimals_can_be_asked_for() -> None:
    assert format_money(Decimal("0.5"), "USD", locale_of("en"), 4) == "$0.5000"


@pytest.mark.parametrize(
    ("price", "text"),
    [
        ("0.0015", "$0.0015"),
        ("0.00000015", "$0.00000015"),  # USD 0.15 per million tokens, for one
        ("0.01", "$0.01"),
        ("249.15000", "$249.15"),
        ("50", "$50.00"),
        ("0.333333333333", "$0.33333333"),
        ("1E+2", "$100.00"),
        ("0", "$0.00"),
    ],
)
def test_a_unit_price_has_the_digits_it_needs(price: str, text: str) -> None:
    assert format_unit_price(Decimal(price), "USD", locale_of("en"), at_least=2) == text


def test_costs_may_be_shown_with_more_decimals_than_needed() -> None:
    assert price_decimals(Decimal("0.01"), at_least=6) == 6


def test_an_unknown_language_reads_english() -> None:
    assert locale_of("xx").language == "en"
    assert locale_of("not a language").language == "en"
    assert str(locale_of("pt-br")) == "pt_BR"
