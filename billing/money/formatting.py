"""Money as people read it, by language. Pure: no Django, no rounding of what is stored."""

from copy import copy
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import NumberPattern, format_decimal, get_currency_symbol

from billing.money.calc import minor_digits

LEFT_TO_RIGHT_ISOLATE = "\N{LEFT-TO-RIGHT ISOLATE}"
POP_DIRECTIONAL_ISOLATE = "\N{POP DIRECTIONAL ISOLATE}"
LEFT_TO_RIGHT_MARK, RIGHT_TO_LEFT_MARK = "\N{LEFT-TO-RIGHT MARK}", "\N{RIGHT-TO-LEFT MARK}"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
PRICE_SIGNIFICANT_DIGITS = 8
PRICE_MAX_DECIMALS = 12


@lru_cache(maxsize=512)
def locale_of(language: str) -> Locale:
    """The locale of a language code such as `de`, `pt-br` or `en_GB`; English when unknown."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale("en")


def format_money(
    amount: Decimal, currency: str, locale: Locale, decimals: int | None = None
) -> str:
    """The amount with its currency symbol; `decimals` defaults to the currency's minor unit."""
    pattern = money_pattern(currency, locale, decimals)
    text: str = pattern.apply(amount, locale)
    return left_to_right(text) if locale.text_direction == "rtl" else text


def left_to_right(figure: str) -> str:
    """A figure that reads the same among letters that run from right to left: −38.33 US$."""
    bare = figure.replace(RIGHT_TO_LEFT_MARK, "").replace(LEFT_TO_RIGHT_MARK, "")
    return f"{LEFT_TO_RIGHT_ISOLATE}{bare}{POP_DIRECTIONAL_ISOLATE}"


def format_unit_price(price: Decimal, currency: str, locale: Locale, *, at_least: int) -> str:
    """A price with the digits it needs: 0.0015 stays 0.0015 though costs show two decimals."""
    return format_money(price, currency, locale, price_decimals(price, at_least=at_least))


def price_decimals(price: Decimal, *, at_least: int) -> int:
    """Decimals to print, so that a price keeps its meaning.

    Enough to be exact, but no more than eight significant digits or twelve decimals, and never
    fewer than `at_least`.
    """
    _, digits, exponent = price.normalize().as_tuple()
    if not isinstance(exponent, int) or exponent >= 0:
        return at_least
    surplus = max(0, len(digits) - PRICE_SIGNIFICANT_DIGITS)
    return max(at_least, min(-exponent - surplus, PRICE_MAX_DECIMALS))


def format_quantity(quantity: Decimal, locale: Locale) -> str:
    """A quantity with at most six decimals and no empty ones."""
    return format_decimal(quantity, format="#,##0.######", locale=locale)


@lru_cache(maxsize=512)
def money_pattern(currency: str, locale: Locale, decimals: int | None) -> NumberPattern:
    """The locale's pattern with symbol and decimals filled in."""
    pattern: NumberPattern = copy(locale.currency_formats["standard"])
    places = minor_digits(currency) if decimals is None else decimals
    pattern.frac_prec = (places, places)
    symbol = get_currency_symbol(currency, locale=locale)
    pattern.prefix = before_figure(pattern.prefix, symbol)
    positive, negative = pattern.suffix
    pattern.suffix = (positive.replace("¤", symbol), negative.replace("¤", symbol))
    return pattern


def before_figure(prefixes: tuple[str, str], symbol: str) -> tuple[str, str]:
    """CLDR asks for a space between a symbol that ends in a letter and the figure: KWD 1.000."""
    gap = NO_BREAK_SPACE if symbol[-1:].isalpha() else ""
    positive, negative = (
        (prefix + gap if prefix.endswith("¤") else prefix).replace("¤", symbol)
        for prefix in prefixes
    )
    return positive, negative
