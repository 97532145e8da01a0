"""Which tax holds for whom, and what of a price it is. Pure: no Django."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from stdnum.eu.vat import MEMBER_STATES

from accounts.companies.tax_numbers import is_vat_number
from billing.money.calc import EXACT, round12

EU = "EU"
"""Stands in a rule for the member states other than the provider's own."""

ANYWHERE = ""
ORGANIZATION = "organization"
EITHER = ""
NORTHERN_IRELAND = "XI"
EU_COUNTRIES = frozenset(code.upper() for code in MEMBER_STATES) - {NORTHERN_IRELAND}

HUNDRED = Decimal(100)
NOTHING = Decimal(0)


class Treatment(StrEnum):
    """How a supply is treated for tax."""

    STANDARD = "standard"
    ZERO_RATED = "zero_rated"
    EXEMPT = "exempt"
    REVERSE_CHARGE = "reverse_charge"
    OUTSIDE_SCOPE = "outside_scope"

    @property
    def code(self) -> str:
        """The category of EN 16931 (UNTDID 5305)."""
        return _CODES[self]


_CODES = {
    Treatment.STANDARD: "S",
    Treatment.ZERO_RATED: "Z",
    Treatment.EXEMPT: "E",
    Treatment.REVERSE_CHARGE: "AE",
    Treatment.OUTSIDE_SCOPE: "O",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a company its tax goes by. `category` is that of the client."""

    country: str
    category: str
    tax_id: str
    own_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where no rule does, and the provider's own country (empty: not said)."""

    percent: Decimal
    includes_tax: bool
    seller_country: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule; without a treatment it withdraws the one before it. `includes_tax` None: as the
    defaults say."""

    id: int
    country: str
    category: str
    treatment: Treatment | None
    percent: Decimal
    name: str
    reason: str
    includes_tax: bool | None


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms by which a charge is taxed. Without a `name` the tax has that of the settings."""

    percent: Decimal
    treatment: Treatment
    name: str = ""
    reason: str = ""
    includes_tax: bool = False
    rule_id: int | None = None

    def net(self, price: Decimal) -> Decimal:
        """What of a price is before tax: all of it, unless prices include tax."""
        return net_of(price, self.percent) if self.includes_tax else price

    def gross(self, price: Decimal) -> Decimal:
        """What is deducted for a price."""
        return price if self.includes_tax else price + tax_on(price, self.percent)


Rules = Mapping[tuple[str, str], Rule]
"""Rules in force by country and category."""


def plain_terms(percent: Decimal) -> Terms:
    """A rate on top of prices, by no rule."""
    return _plain(percent, includes_tax=False)


def net_of(gross: Decimal, percent: Decimal) -> Decimal:
    """The net part of an amount that includes its tax: 12.00 at 20 % is 10.00.

    Rounded half-even to 12 decimals; the tax is the rest, so that both are the amount exactly.
    """
    return round12(EXACT.divide(gross * HUNDRED, HUNDRED + percent))


def tax_on(net: Decimal, percent: Decimal) -> Decimal:
    """Tax on top of a net amount, rounded half-even to 12 decimals."""
    return round12(EXACT.divide(net * percent, HUNDRED))


def terms_for(standing: Standing, rules: Rules, defaults: Defaults) -> Terms:
    """The company's own rate, else reverse charge, else the rule of the country, else the
    defaults. The company's own rate has the name of the tax of its country."""
    candidates = list(_candidates(standing, rules, seller_country=defaults.seller_country))
    ordinary = [each for each in candidates if each.treatment != Treatment.REVERSE_CHARGE]
    rule = ordinary[0] if ordinary else None
    if standing.own_percent is not None:
        return _own(standing.own_percent, rule, defaults)
    reverse = [each for each in candidates if each.treatment == Treatment.REVERSE_CHARGE]
    if reverse and _may_reverse(standing, seller_country=defaults.seller_country):
        rule = reverse[0]
    if rule is None or rule.treatment is None:
        return _plain(defaults.percent, includes_tax=defaults.includes_tax)
    return Terms(
        percent=rule.percent,
        treatment=rule.treatment,
        name=rule.name,
        reason=rule.reason,
        includes_tax=_includes(rule, defaults) and rule.percent > 0,
        rule_id=rule.id,
    )


def in_force(rules: Iterable[Rule]) -> Rules:
    """Of rules in order of time the last for each country and category."""
    last = {(rule.country, rule.category): rule for rule in rules}
    return {key: rule for key, rule in last.items() if rule.treatment is not None}


def _candidates(standing: Standing, rules: Rules, *, seller_country: str) -> Iterable[Rule]:
    """The rules that are about the company, the most particular first."""
    areas = [standing.country]
    if standing.country in EU_COUNTRIES and standing.country != seller_country:
        areas.append(EU)
    areas.append(ANYWHERE)
    for area in areas:
        for category in (standing.category, EITHER):
            rule = rules.get((area, category))
            if rule is not None:
                yield rule


def _may_reverse(standing: Standing, *, seller_country: str) -> bool:
    """Only an organization abroad that has shown a VAT number owes the tax itself."""
    return (
        standing.category == ORGANIZATION
        and standing.country != seller_country
        and _has_vat_number(standing.country, standing.tax_id)
    )


@lru_cache(maxsize=4096)
def _has_vat_number(country: str, number: str) -> bool:
    return is_vat_number(country, number)


def _own(percent: Decimal, rule: Rule | None, defaults: Defaults) -> Terms:
    includes = defaults.includes_tax if rule is None else _includes(rule, defaults)
    name = rule.name if rule is not None else ""
    return _plain(percent, includes_tax=includes, name=name)


def _plain(percent: Decimal, *, includes_tax: bool, name: str = "") -> Terms:
    return Terms(
        percent=percent,
        treatment=Treatment.STANDARD if percent > 0 else Treatment.ZERO_RATED,
        name=name,
        includes_tax=includes_tax and percent > 0,
    )


def _includes(rule: Rule, defaults: Defaults) -> bool:
    return defaults.includes_tax if rule.includes_tax is None else rule.includes_tax
