"""How the values went over a stretch of time, for charges: which held when, for whom.

A value that holds from the start of the open period does so for each company from the start of
the company's own period. Its row keeps one instant, `valid_from`; the start is worked out for each
company by whoever asks, who knows the periods.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from features import catalog
from features.declarations import AnyFeature
from features.kinds import JsonValue

Values = dict[str, JsonValue]
Periods = Mapping[datetime, datetime]
"""`valid_from` of rows that reach back → the start of the billing period around it."""


@dataclass(frozen=True)
class Setting:
    """A row that may hold within the stretch."""

    key: str
    value: JsonValue
    valid_from: datetime
    reaches_back: bool


@dataclass(frozen=True)
class Course:
    """Values in order of time: the first hold until the first bound, and so on."""

    bounds: tuple[datetime, ...]
    values: tuple[Values, ...]

    def at(self, instant: datetime) -> Values:
        return self.values[bisect_right(self.bounds, instant)]


# The rows in force at `first` → those that begin until `last` → those set later that reach back.
# In the order in which the later takes precedence.
ROWS = """
WITH v AS (
    SELECT * FROM feature_value r
    WHERE r.key = ANY (%(keys)s) AND r.cancels_id IS NULL
      AND NOT EXISTS (SELECT FROM feature_value c WHERE c.cancels_id = r.id)
      AND (r.valid_from <= %(last)s OR r.from_period_start)
)
SELECT key, value, valid_from, from_period_start AND valid_from > %(first)s AS reaches_back
FROM (
    SELECT DISTINCT ON (key) * FROM v WHERE valid_from <= %(first)s
    ORDER BY key, valid_from DESC, id DESC) begun
UNION ALL
(SELECT key, value, valid_from, from_period_start FROM v
 WHERE valid_from > %(first)s ORDER BY valid_from, id)
"""


def settings_between(
    features: Iterable[AnyFeature], *, first: datetime, last: datetime
) -> list[Setting]:
    """What may hold between two instants, the later one taking precedence."""
    keys = [feature.key for feature in features]
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"keys": keys, "first": first, "last": last})
        rows = cursor.fetchall()
    return [
        Setting(key, None if text is None else json.loads(text), valid_from, back)
        for key, text, valid_from, back in rows
    ]


def course(
    features: Sequence[AnyFeature],
    settings: Sequence[Setting],
    *,
    first: datetime,
    last: datetime,
    periods: Periods,
) -> Course:
    """The values from `first` to `last` for a company with these periods; none where it was
    idle."""
    begins = [
        periods.get(each.valid_from, each.valid_from) if each.reaches_back else each.valid_from
        for each in settings
    ]
    bounds = sorted({begin for begin in begins if first < begin <= last})
    defaults = {feature.key: feature.default_json() for feature in features}

    def at(instant: datetime) -> Values:
        held = zip(settings, begins, strict=True)
        return defaults | {row.key: row.value for row, begin in held if begin <= instant}

    return Course(tuple(bounds), tuple(at(instant) for instant in (first, *bounds)))


def charged_features() -> tuple[AnyFeature, ...]:
    """The features that charges keep, and the settings by which they are rated."""
    return (*catalog.FEATURES, *(each for each in catalog.SETTINGS if each.changes_charges))


def kept(values: Mapping[str, JsonValue]) -> Values:
    """Of these values those that charges keep by name."""
    return {feature.key: values[feature.key] for feature in catalog.FEATURES}
