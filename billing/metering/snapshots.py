"""What rating goes by as of the time of use: feature values and tax, each kept once for all the
charges rated by them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from billing.ledger.execution import run
from billing.metering.models import FeatureSnapshot
from billing.tax.calc import Terms
from billing.tax.queries import TaxCourse, kept_terms, tax_courses
from features.courses import (
    Course,
    Periods,
    Values,
    charged_features,
    course,
    kept,
    settings_between,
)

_STORED = "SELECT id FROM feature_snapshot WHERE digest = %(digest)s"

# The start of the period that each company was in at each of some instants.
_STARTS = """
SELECT b.company_id, i.instant, b.starts_at
FROM billing_period b
JOIN unnest(%(instants)s::timestamptz[]) AS i(instant)
  ON b.starts_at <= i.instant AND i.instant < b.ends_at
WHERE b.company_id = ANY (%(companies)s::uuid[])
"""


@dataclass(frozen=True)
class Timelines:
    """What rating goes by, as columns of SQL: one element for each company.

    In order of time: each first one until the first bound, and so on. The elements are arrays
    written as text, since SQL has no arrays of arrays of unlike lengths.
    """

    bounds: list[str]
    features: list[str]
    tax_percents: list[str]
    tax_terms: list[str]
    includes_taxes: list[str]

    @property
    def columns(self) -> dict[str, object]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


def timelines(companies: Sequence[UUID], *, first: datetime, last: datetime) -> Timelines:
    """What holds between two instants for each of the companies."""
    courses = courses_of(companies, first=first, last=last)
    taxes = tax_courses(courses, first=first, last=last)
    alike = {company: (id(courses[company]), id(taxes[company])) for company in companies}
    distinct = {alike[company]: company for company in companies}
    kept_as = kept_terms({terms for tax in taxes.values() for terms in tax.terms})
    made = {
        key: _timeline(courses[company], taxes[company], kept_as, first=first)
        for key, company in distinct.items()
    }
    columns = zip(*(made[alike[company]] for company in companies), strict=True)
    return Timelines(*map(list, columns))


def courses_of(companies: Sequence[UUID], *, first: datetime, last: datetime) -> dict[UUID, Course]:
    """The values that charges go by between two instants, of each company; those that are alike
    share one."""
    features = charged_features()
    settings = settings_between(features, first=first, last=last)
    instants = [each.valid_from for each in settings if each.reaches_back]
    periods = _periods(companies, instants) if instants else {}
    made: dict[tuple[tuple[datetime, datetime], ...], Course] = {}
    found = {}
    for company in companies:
        own = periods.get(company, {})
        alike = tuple(sorted(own.items()))
        if alike not in made:
            made[alike] = course(features, settings, first=first, last=last, periods=own)
        found[company] = made[alike]
    return found


def snapshot_at(instant: datetime) -> int:
    """The id of the stored feature values as of an instant."""
    features = charged_features()
    settings = settings_between(features, first=instant, last=instant)
    held = course(features, settings, first=instant, last=instant, periods={})
    return _stored(kept(held.at(instant)))


def _timeline(
    held: Course, tax: TaxCourse, kept_as: Mapping[Terms, int], *, first: datetime
) -> tuple[str, ...]:
    """The two courses as one, an array for each column of `Timelines`."""
    bounds = sorted({*held.bounds, *tax.bounds})
    instants = (first, *bounds)
    terms = [tax.at(instant) for instant in instants]
    return (
        _array(map(str, bounds)),
        _array(str(_stored(kept(held.at(instant)))) for instant in instants),
        _array(str(each.percent) for each in terms),
        _array(str(kept_as[each]) for each in terms),
        _array(str(each.includes_tax) for each in terms),
    )


def _periods(companies: Sequence[UUID], instants: list[datetime]) -> dict[UUID, Periods]:
    given = {"companies": list(companies), "instants": list(set(instants))}
    found: dict[UUID, dict[datetime, datetime]] = {}
    for company, instant, start in run(_STARTS, given, rows=len(companies)):
        found.setdefault(company, {})[instant] = start
    return dict(found)


def _array(elements: Iterable[str]) -> str:
    return "{" + ",".join(f'"{element}"' for element in elements) + "}"


def _stored(values: Values) -> int:
    digest = sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    found = run(_STORED, {"digest": digest}, rows=1).fetchone()
    if found is not None:
        return int(found[0])
    stored, _ = FeatureSnapshot.objects.get_or_create(digest=digest, defaults={"values": values})
    return stored.pk
