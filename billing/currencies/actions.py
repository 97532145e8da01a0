"""Writes of currencies and rates."""

from __future__ import annotations

import logging
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from accounts.audit.actions import record
from billing.currencies.calc import RATE_DECIMALS
from billing.currencies.exceptions import InvalidRate, RatesUnavailable
from billing.currencies.models import Currency, ExchangeRate, RateFetch
from billing.currencies.queries import currencies, default_currency, published_rates
from billing.currencies.sources.base import Quotes, RateSource
from billing.money.calc import is_currency, plain, round_half_even

log = logging.getLogger(__name__)
BY_HAND = "manual"
MOST_UNITS = Decimal(10) ** 12
STALE_AFTER_DAYS = 6


@transaction.atomic
def offer_currency(
    code: str, *, is_enabled: bool, position: int | None = None, by: str, at: datetime
) -> Currency:
    """Put a currency on the list of those to choose from, or take it off; what uses it goes on."""
    if not is_currency(code):
        raise InvalidRate("code", f"{code} is not a currency of ISO 4217.")
    if not is_enabled and code == default_currency(at=at):
        raise InvalidRate("is_enabled", f"{code} is the default currency: it is always on offer.")
    changes = {"is_enabled": is_enabled} | ({} if position is None else {"position": position})
    currency, _ = Currency.objects.update_or_create(code=code, defaults=changes)
    record("currency.offered", actor=by, at=at, target=f"currency:{code}", after=changes)
    return currency


@transaction.atomic
def set_rate(
    currency: str, *, units_per_base: Decimal, valid_from: datetime, by: str, at: datetime
) -> ExchangeRate:
    """Say by hand how many units of `currency` are one of the default currency.

    For an instant that has a rate already it is a correction: what was converted keeps its rate.
    Raises InvalidRate.
    """
    base = default_currency(at=at)
    if not is_currency(currency) or currency == base:
        raise InvalidRate("currency", f"Rates are given for one {base}, of another currency.")
    rate = _append(
        base,
        currency,
        units_per_base=units_per_base,
        valid_from=valid_from,
        source=BY_HAND,
        by=by,
        at=at,
    )
    record(
        "exchange_rate.set",
        actor=by,
        at=at,
        target=f"exchange_rate:{rate.pk}",
        after={
            "base": base,
            "currency": currency,
            "units_per_base": plain(units_per_base),
            "valid_from": valid_from,
        },
    )
    return rate


def fetch_rates(source: RateSource, *, at: datetime) -> RateFetch:
    """Ask the source and store what is new. Calls it, so not inside a transaction.

    Never raises for what the source does: the answer says what went wrong, the rates stay.
    """
    try:
        quotes = source.fetch()
    except RatesUnavailable as problem:
        log.warning("exchange rates were not fetched: %s", problem)
        return RateFetch.objects.create(source=source.name, at=at, problem=str(problem)[:500])
    return store_quotes(quotes, source=source.name, at=at)


@transaction.atomic
def store_quotes(quotes: Quotes, *, source: str, at: datetime) -> RateFetch:
    """Append the quoted rates of the currencies on offer, valid from now on; a day only once."""
    base = default_currency(at=at)
    problem = _problem(quotes, base=base, on=at.date())
    if problem:
        return RateFetch.objects.create(source=source, at=at, problem=problem)
    wanted = [code for code in currencies().values_list("code", flat=True) if code != base]
    found = {code: rate for code in wanted if (rate := quotes.rate(base, code)) is not None}
    stored = 0
    for code, units in found.items():
        known = published_rates().filter(base=base, currency=code, source=source)
        if not known.filter(quoted_on__gte=quotes.quoted_on).exists():
            stored += 1
            _append(
                base,
                code,
                units_per_base=units,
                valid_from=at,
                source=source,
                by="system",
                at=at,
                quoted_on=quotes.quoted_on,
            )
    missing = ", ".join(code for code in wanted if code not in found)
    return RateFetch.objects.create(source=source, at=at, stored=stored, missing=missing[:700])


def kept(rate: ExchangeRate) -> ExchangeRate:
    """The rate as a row, so that its id can be kept: a derived one is stored when first used."""
    if not rate._state.adding:
        return rate
    ExchangeRate.objects.bulk_create([rate], ignore_conflicts=True)
    return ExchangeRate.objects.get(of_base=rate.of_base, of_currency=rate.of_currency)


def _problem(quotes: Quotes, *, base: str, on: date) -> str:
    """Why the quotes are of no use; empty when they are."""
    if (on - quotes.quoted_on).days > STALE_AFTER_DAYS:
        return f"The rates are old: of {quotes.quoted_on}."
    if quotes.quoted_on > on and (quotes.quoted_on - on).days > 1:
        return f"The rates are of a day to come: {quotes.quoted_on}."
    if not quotes.knows(base):
        return f"The source does not quote {base}, the default currency."
    return ""


def _append(
    base: str,
    currency: str,
    *,
    units_per_base: Decimal,
    valid_from: datetime,
    source: str,
    by: str,
    at: datetime,
    quoted_on: date | None = None,
) -> ExchangeRate:
    units = round_half_even(units_per_base, RATE_DECIMALS)
    if not 0 < units < MOST_UNITS:
        raise InvalidRate("units_per_base", "A rate is above zero and below a million million.")
    # One at a time appends to a currency: revisions are numbered one after the other.
    Currency.objects.get_or_create(code=currency, defaults={"is_enabled": False})
    Currency.objects.select_for_update().get(code=currency)
    same = published_rates().filter(base=base, currency=currency, valid_from=valid_from)
    latest = same.aggregate(latest=Max("revision"))["latest"]
    return ExchangeRate.objects.create(
        base=base,
        currency=currency,
        units_per_base=units,
        valid_from=valid_from,
        revision=0 if latest is None else latest + 1,
        source=source,
        quoted_on=quoted_on,
        set_by=by,
        set_at=at,
    )
