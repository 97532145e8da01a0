"""Money, instants and sizes in the words of the viewer's locale and zone."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_timedelta
from babel.numbers import format_decimal, get_currency_precision
from django.utils import timezone
from django.utils.translation import get_language

from billing.money.formatting import format_money, locale_of

MINUS = "\N{MINUS SIGN}"
KIBI = 1024
BYTE_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


def viewer_locale() -> Locale:
    """Babel's locale of the language that Django activated."""
    return locale_of(get_language() or "en")


def money_text(amount: Decimal, currency: str, *, decimals: int | None = None) -> str:
    """An amount for the eye, with the currency as the locale writes it: −$1,250.00.

    Rounded half-even to the currency's minor unit, or to `decimals` (`cost_decimal_points`).
    """
    places = get_currency_precision(currency) if decimals is None else decimals
    rounded = amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    text = format_money(abs(rounded), currency, viewer_locale(), places)
    return f"{MINUS}{text}" if rounded < 0 else text


def exact_text(amount: Decimal, currency: str) -> str:
    """All digits that are stored: 25.000000001 USD."""
    return f"{amount.normalize():f} {currency}"


def instant_text(instant: datetime) -> str:
    """In the viewer's zone: 3 Dec 2025, 14:05."""
    local = timezone.localtime(instant)
    return _with_time(day_text(local), format_datetime(local, "HH:mm", locale=viewer_locale()))


def day_text(on: date) -> str:
    """A day as the locale writes it, day first in English: 3 Dec 2025, 3. Dez. 2025."""
    return _day(on, "yMMMd", "d MMM y")


def zone_text(instant: datetime) -> str:
    """In full, with the zone: 3 December 2025, 14:05:11 Europe/Berlin (UTC+01:00)."""
    local = timezone.localtime(instant)
    offset = local.strftime("%z")
    time = format_datetime(local, "HH:mm:ss", locale=viewer_locale())
    full = _with_time(_day(local, "yMMMMd", "d MMMM y"), time)
    return f"{full} {timezone.get_current_timezone_name()} (UTC{offset[:3]}:{offset[3:]})"


def _day(on: date, skeleton: str, in_english: str) -> str:
    locale = viewer_locale()
    if locale.language == "en":
        return format_date(on, in_english, locale=locale)
    return str(format_skeleton(skeleton, on, locale=locale))


def _with_time(day: str, time: str) -> str:
    comma = "\N{ARABIC COMMA}" if viewer_locale().text_direction == "rtl" else ","
    return f"{day}{comma} {time}"


def relative_text(instant: datetime, *, at: datetime) -> str:
    """How far from `at`: in 2 hours, 3 days ago."""
    return format_timedelta(instant - at, add_direction=True, locale=viewer_locale())


def bytes_text(count: int) -> str:
    """A size in the units of the plans, 1 MB = 1024 KB = 1 048 576 B."""
    size, unit = Decimal(count), 0
    while abs(size) >= KIBI and unit < len(BYTE_UNITS) - 1:
        size, unit = size / KIBI, unit + 1
    pattern = "#,##0.##" if unit else "#,##0"
    return f"{format_decimal(size, pattern, locale=viewer_locale())} {BYTE_UNITS[unit]}"
