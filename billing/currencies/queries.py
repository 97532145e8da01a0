"""Reads of currencies and rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from billing.currencies.calc import converted, through
from billing.currencies.exceptions import CurrencyNotOffered, NoExchangeRate, OnlyDefaultCurrency
from billing.currencies.models import Currency, ExchangeRate, RateFetch
from billing.currencies.sources.registry import rate_source
from features.queries import value


def default_currency(*, at: datetime) -> str:
    """The provider's own: what rates are given for one unit of."""
    return value("default_currency", at=at)


def is_multi_currency(*, at: datetime) -> bool:
    """Feature `multi_currency`: whether customers and staff may choose other currencies."""
    return value("multi_currency", at=at)


def currencies() -> QuerySet[Currency]:
    """All that were ever on offer, in their order."""
    return Currency.objects.all()


def offered_currencies(*, at: datetime) -> Sequence[str]:
    """What may be chosen at `at`: the default currency first."""
    default = default_currency(at=at)
    if not is_multi_currency(at=at):
        return (default,)
    enabled = currencies().filter(is_enabled=True).exclude(code=default)
    return (default, *enabled.values_list("code", flat=True))


def check_offered(currency: str, *, at: datetime, attr: str = "currency") -> None:
    """For new choices; what exists goes on. Raises OnlyDefaultCurrency, CurrencyNotOffered."""
    offered = offered_currencies(at=at)
    if currency in offered:
        return
    if not is_multi_currency(at=at):
        raise OnlyDefaultCurrency(currency, offered[0], attr=attr)
    raise CurrencyNotOffered(currency, offered, attr=attr)


def published_rates() -> QuerySet[ExchangeRate]:
    """Every rate that was fetched or set, the newest first; not the derived ones."""
    return ExchangeRate.objects.filter(of_base=None)


def rates_in_force(*, at: datetime) -> QuerySet[ExchangeRate]:
    """The published rate of each currency for one unit of the default one."""
    begun = published_rates().filter(base=default_currency(at=at), valid_from__lte=at)
    return begun.order_by("currency", "-valid_from", "-revision").distinct("currency")


def rate_at(base: str, currency: str, *, at: datetime) -> ExchangeRate | None:
    """The rate from `base` into `currency` at an instant; None while there is none.

    A derived one that nobody has used yet is not stored: `actions.kept` does that.
    """
    return _rate(base, currency, at=at, until=at)


def rate_of_period(
    base: str, currency: str, *, start: datetime, end: datetime
) -> ExchangeRate | None:
    """The rate of a billing period: the one in force at its start, else the first one in it."""
    return _rate(base, currency, at=start, until=end)


def required_rate(
    base: str, currency: str, *, at: datetime, attr: str | None = None
) -> ExchangeRate:
    """As `rate_at`. Raises NoExchangeRate."""
    found = rate_at(base, currency, at=at)
    if found is None:
        raise NoExchangeRate(base, currency, attr=attr)
    return found


def figure_in(
    figure: Decimal, currency: str, *, at: datetime, rounded: Callable[[Decimal, str], Decimal]
) -> Decimal:
    """A figure of the provider's settings, for an account in `currency`.

    Settings are in the default currency. For another one the figure is converted by the rate in
    force and rounded to the minor unit: a minimum up, a maximum down. While there is no rate the
    bare figure is taken: 10 is then 10 of whatever the account has.
    """
    rate = None if currency == (base := default_currency(at=at)) else rate_at(base, currency, at=at)
    if rate is None:
        return figure
    return rounded(converted(figure, rate.units_per_base), currency)


def latest_fetch() -> RateFetch | None:
    return RateFetch.objects.first()


@dataclass(frozen=True, slots=True)
class FetchTrouble:
    """Rates are not fetched: how many attempts failed since the last good one, if any was; why
    the newest failed, and when the next is made."""

    failed: int
    since: datetime | None
    problem: str
    next_at: datetime


def fetch_trouble(*, at: datetime) -> FetchTrouble | None:
    """None while the newest attempt went well, or rates are not fetched at all."""
    latest = latest_fetch()
    if latest is None or not latest.problem or rate_source() is None:
        return None
    good = RateFetch.objects.filter(problem="").first()
    failed = RateFetch.objects.exclude(problem="")
    return FetchTrouble(
        failed=(failed if good is None else failed.filter(at__gt=good.at)).count(),
        since=good.at if good else None,
        problem=latest.problem,
        next_at=next_fetch(at),
    )


def next_fetch(after: datetime) -> datetime:
    """When rates are fetched next: at the start of each day, UTC."""
    tomorrow = after.astimezone(UTC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, tzinfo=UTC)


def _rate(base: str, currency: str, *, at: datetime, until: datetime) -> ExchangeRate | None:
    default = default_currency(at=at)
    if base == default:
        return _published(default, currency, at=at, until=until)
    of_base = _published(default, base, at=at, until=until)
    if currency == default:
        return of_base and _back(of_base)
    of_currency = _published(default, currency, at=at, until=until)
    return of_base and of_currency and _across(of_base, of_currency)


def _published(base: str, currency: str, *, at: datetime, until: datetime) -> ExchangeRate | None:
    rates = published_rates().filter(base=base, currency=currency)
    begun = rates.filter(valid_from__lte=at).order_by("-valid_from", "-revision").first()
    if begun is not None or at == until:
        return begun
    return rates.filter(valid_from__lt=until).order_by("valid_from", "-revision").first()


def _back(rate: ExchangeRate) -> ExchangeRate:
    """From the currency of a published rate into its base."""
    return _derived(rate, None)


def _across(of_base: ExchangeRate, of_currency: ExchangeRate) -> ExchangeRate:
    """From one published currency into another."""
    return _derived(of_base, of_currency)


def _derived(of_base: ExchangeRate, of_currency: ExchangeRate | None) -> ExchangeRate:
    known = ExchangeRate.objects.filter(of_base=of_base, of_currency=of_currency).first()
    if known is not None:
        return known
    into = of_base if of_currency is None else of_currency
    return ExchangeRate(
        base=of_base.currency,
        currency=of_base.base if of_currency is None else of_currency.currency,
        units_per_base=through(
            of_base.units_per_base, to=of_currency.units_per_base if of_currency else Decimal(1)
        ),
        valid_from=max(of_base.valid_from, into.valid_from),
        source="derived",
        set_by="system",
        set_at=max(of_base.set_at, into.set_at),
        of_base=of_base,
        of_currency=of_currency,
    )
