"""What tax holds for whom and when. Every charge, quote and estimate asks here."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from billing.money.calc import plain
from billing.profiles.models import BillingProfile
from billing.tax.calc import Defaults, Rule, Standing, Terms, Treatment, in_force, terms_for
from billing.tax.models import TaxRule, TaxTerms
from features.courses import Course, Values
from features.queries import value

# What the tax of each company goes by, in order of time: each until an instant, the last one still.
_STANDINGS = """
SELECT company_id, until, country, category, tax_id, own_percent FROM former_tax_standing
WHERE company_id = ANY (%(companies)s) AND until > %(first)s
UNION ALL
SELECT f.company_id, NULL, c.country, c.category, c.tax_id, f.tax_percent
FROM billing_profile f JOIN company c ON c.id = f.company_id
WHERE f.company_id = ANY (%(companies)s)
ORDER BY 1, 2 NULLS LAST
"""

_KEPT = "SELECT digest, id FROM tax_terms WHERE digest = ANY (%(digests)s)"

History = tuple[tuple[datetime | None, Standing], ...]
Begun = tuple[datetime, Rule]


@dataclass(frozen=True)
class TaxCourse:
    """Terms in order of time: the first hold until the first bound, and so on."""

    bounds: tuple[datetime, ...]
    terms: tuple[Terms, ...]

    def at(self, instant: datetime) -> Terms:
        return self.terms[bisect_right(self.bounds, instant)]


def rules() -> QuerySet[TaxRule]:
    """All rules, by country and kind of client, the latest first."""
    return TaxRule.objects.order_by("country", "category", "-valid_from")


def rules_in_force(*, at: datetime) -> list[TaxRule]:
    """The rules that hold at an instant, one for each country and kind of client."""
    begun = rules().filter(valid_from__lte=at).distinct("country", "category")
    return [rule for rule in begun if rule.treatment]


def tax_courses(
    settings: Mapping[UUID, Course], *, first: datetime, last: datetime
) -> dict[UUID, TaxCourse]:
    """How each company is taxed between two instants, by the values of the settings that hold for
    it; companies that are alike share a course."""
    begun = _begun_rules(last=last)
    made: dict[tuple[int, History], TaxCourse] = {}
    found = {}
    for company, history in _histories(list(settings), first=first).items():
        alike = (id(settings[company]), history)
        if alike not in made:
            made[alike] = _course(settings[company], history, begun, first=first, last=last)
        found[company] = made[alike]
    return found


def terms_of(company_id: UUID, *, at: datetime) -> Terms:
    """How the company is taxed at an instant."""
    return terms_of_each([company_id], at=at)[company_id]


def terms_of_each(companies: Sequence[UUID], *, at: datetime) -> dict[UUID, Terms]:
    """How each of the companies is taxed at an instant."""
    settings = Course(
        (),
        (
            {
                "tax_percent": str(value("tax_percent", at=at)),
                "tax_inclusive": value("tax_inclusive", at=at),
                "branding_country": value("branding_country", at=at),
            },
        ),
    )
    courses = tax_courses(dict.fromkeys(companies, settings), first=at, last=at)
    return {company: course.at(at) for company, course in courses.items()}


def tax_in_words(company_id: UUID, *, at: datetime) -> str:
    """How the company is taxed, for staff: "19 %, Germany: standard 19 %"."""
    terms = terms_of(company_id, at=at)
    rate = f"{plain(terms.percent)} %"
    included = f"{rate} in prices" if terms.includes_tax else rate
    if BillingProfile.objects.filter(pk=company_id, tax_percent__isnull=False).exists():
        return f"{included}, its own rate"
    if terms.rule_id is None:
        return f"{included}, by the settings"
    return f"{included}, {TaxRule.objects.get(pk=terms.rule_id)}"


def kept_terms(wanted: Iterable[Terms]) -> dict[Terms, int]:
    """The ids under which terms are kept for charges."""
    digests = {terms: _digest(terms) for terms in wanted}
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, {"digests": list(digests.values())})
        found = dict(cursor.fetchall())
    return {
        terms: found[digest] if digest in found else _keep(terms, digest)
        for terms, digest in digests.items()
    }


def _histories(companies: Sequence[UUID], *, first: datetime) -> dict[UUID, History]:
    with connection.cursor() as cursor:
        cursor.execute(_STANDINGS, {"companies": list(companies), "first": first})
        rows = cursor.fetchall()
    found: dict[UUID, History] = {}
    for company, until, *standing in rows:
        found[company] = (*found.get(company, ()), (until, Standing(*standing)))
    return found


def _begun_rules(*, last: datetime) -> list[Begun]:
    """Rules that begin until `last`, in order of time."""
    rows = TaxRule.objects.filter(valid_from__lte=last).order_by("valid_from", "id")
    return [(row.valid_from, _rule(row)) for row in rows]


def _course(
    settings: Course,
    history: History,
    begun: Sequence[Begun],
    *,
    first: datetime,
    last: datetime,
) -> TaxCourse:
    instants = {
        *settings.bounds,
        *(until for until, _ in history if until is not None),
        *(start for start, _ in begun),
    }
    bounds = sorted(instant for instant in instants if first < instant <= last)

    def at(instant: datetime) -> Terms:
        standing = next(each for until, each in history if until is None or instant < until)
        rules = in_force(rule for start, rule in begun if start <= instant)
        return terms_for(standing, rules, _defaults(settings.at(instant)))

    return TaxCourse(tuple(bounds), tuple(at(instant) for instant in (first, *bounds)))


def _rule(row: TaxRule) -> Rule:
    return Rule(
        id=row.pk,
        country=row.country,
        category=row.category,
        treatment=Treatment(row.treatment) if row.treatment else None,
        percent=row.percent,
        name=row.name,
        reason=row.reason,
        includes_tax=row.includes_tax,
    )


def _defaults(values: Values) -> Defaults:
    return Defaults(
        percent=Decimal(str(values["tax_percent"])),
        includes_tax=bool(values["tax_inclusive"]),
        seller_country=str(values["branding_country"]),
    )


def _digest(terms: Terms) -> str:
    told = asdict(terms) | {"percent": plain(terms.percent)}
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _keep(terms: Terms, digest: str) -> int:
    kept, _ = TaxTerms.objects.get_or_create(digest=digest, defaults=asdict(terms))
    return int(kept.pk)
