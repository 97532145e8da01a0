"""Rounding, currencies and the reading of amounts. Pure: no Django.

Minor units are those of ISO 4217 (JPY 0, USD 2, KWD 3), not the display habits of CLDR. Rounding
is half-even everywhere; a card is charged in minor units rounded up (spec/prepaid.md, Documents).
The SQL twin of `round_half_even` is the database function of that name.
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from math import log10

from moneyed import get_currency

LEDGER_DECIMALS = 12
# A thousand of the largest amounts still fit into numeric(30,12).
MAX_WHOLE_DIGITS = 15
# Wide enough for any numeric(30,12) whatever context the calling thread has.
EXACT = Context(prec=90, rounding=ROUND_HALF_EVEN)

# Legal tender of ISO 4217 list one: no funds codes, metals or test codes.
LEGAL_TENDER = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS "
    "KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR "
    "MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD "
    "RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP "
    "TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW "
)
CURRENCIES = frozenset(LEGAL_TENDER.split())

_AMOUNT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)


class InvalidAmount(ValueError):
    """A text that is not a plain decimal amount; the message says what is wrong with it."""


def is_currency(code: str) -> bool:
    """Whether the code is a currency in circulation (ISO 4217)."""
    return code in CURRENCIES


@cache
def minor_digits(currency: str) -> int:
    """Decimals of the currency's minor unit: JPY 0, USD 2, KWD 3."""
    return round(log10(get_currency(currency).sub_unit))


def round_half_even(amount: Decimal, digits: int) -> Decimal:
    """`amount` with `digits` decimals, ties to the even neighbour."""
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN, EXACT)


def round_minor(amount: Decimal, currency: str) -> Decimal:
    """`amount` in whole minor units, half-even."""
    return round_half_even(amount, minor_digits(currency))


def ceil_minor(amount: Decimal, currency: str) -> Decimal:
    """`amount` in whole minor units, rounded up, so that a charge is never short."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_CEILING, EXACT)


def floor_minor(amount: Decimal, currency: str) -> Decimal:
    """`amount` in whole minor units, rounded down, so that no more goes out than is there."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_FLOOR, EXACT)


def round12(amount: Decimal) -> Decimal:
    """`amount` as charges and ledger keep it: 12 decimals, half-even."""
    return round_half_even(amount, LEDGER_DECIMALS)


def is_in_minor_units(amount: Decimal, currency: str) -> bool:
    """Whether the amount is payable as it stands: whole cents, whole yen."""
    return amount == round_minor(amount, currency)


def parse_amount(text: str, *, decimals: int = LEDGER_DECIMALS) -> Decimal:
    """The amount that a plain decimal text such as `-12.50` stands for.

    Raises InvalidAmount for anything else: exponents, NaN, separators, spaces, more than
    `decimals` decimals, more than 15 whole digits.
    """
    if len(text) > 2 * EXACT.prec or not _AMOUNT.fullmatch(text):
        raise InvalidAmount('Write the amount as a plain decimal number, such as "12.50".')
    whole, _, fraction = text.lstrip("-").partition(".")
    if len(whole.lstrip("0")) > MAX_WHOLE_DIGITS:
        raise InvalidAmount(f"The amount has more than {MAX_WHOLE_DIGITS} digits before the point.")
    if len(fraction.rstrip("0")) > decimals:
        raise InvalidAmount(_too_precise(decimals))
    return Decimal(text)


def plain(amount: Decimal, *, at_least: int = 0) -> str:
    """The amount as a plain decimal string: no exponent, no idle zeros past `at_least` decimals."""
    text = f"{amount.normalize(EXACT) + 0:f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction.ljust(at_least, "0")
    return f"{whole}.{fraction}" if fraction else whole


def _too_precise(decimals: int) -> str:
    if decimals == 0:
        return "The amount must be a whole number."
    return f"The amount has more than {decimals} decimals."
