"""Reads: values in force at an instant, and the history.

Every call reads the database, so a flip acts at once in every process; one indexed row each.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypedDict, overload

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from features import catalog
from features.declarations import AnyFeature, FeatureType
from features.kinds import JsonValue
from features.models import FeatureValue

if TYPE_CHECKING:  # a development dependency
    from django_stubs_ext import WithAnnotations

Values = dict[str, JsonValue]


# Asked many times over by every request and batch: the ORM would take longer than the database.
# A cancelled row and the one that cancels it never hold.
_STANDS = """v.cancels_id IS NULL
  AND NOT EXISTS (SELECT FROM feature_value c WHERE c.cancels_id = v.id)"""
IN_FORCE = f"""
SELECT v.value FROM feature_value v WHERE v.key = %(key)s AND v.valid_from <= %(at)s AND {_STANDS}
ORDER BY v.valid_from DESC, v.id DESC LIMIT 1
"""  # noqa: S608 - the only text put in is a constant of ours


@overload
def value(key: catalog.SwitchKey, *, at: datetime) -> bool: ...
@overload
def value(key: catalog.WholeNumberKey, *, at: datetime) -> int: ...
@overload
def value(key: catalog.OptionalWholeNumberKey, *, at: datetime) -> int | None: ...
@overload
def value(key: catalog.DecimalKey, *, at: datetime) -> Decimal: ...
@overload
def value(key: catalog.OptionalAmountKey, *, at: datetime) -> Decimal | None: ...
@overload
def value(key: catalog.TextKey, *, at: datetime) -> str: ...
@overload
def value(key: catalog.PictureKey, *, at: datetime) -> bytes | None: ...
@overload
def value(key: catalog.TextsKey, *, at: datetime) -> dict[str, str]: ...
@overload
def value(key: str, *, at: datetime) -> FeatureType: ...
def value(key: str, *, at: datetime) -> FeatureType:
    """What `key` is set to at business time `at`. Raise UnknownFeature."""
    feature = catalog.feature(key)
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE, {"key": key, "at": at})
        row = cursor.fetchone()
    return feature.default if row is None else feature.kind.parse(_read(row[0]))


def snapshot(*, at: datetime) -> Values:
    """The features at `at` in their JSON form, as charges and invoices keep them."""
    rows = _rows_by_key(in_force(at=at))
    return {feature.key: _json(feature, rows.get(feature.key)) for feature in catalog.FEATURES}


def standing() -> QuerySet[FeatureValue]:
    """The rows that hold or will hold: neither cancelled nor cancelling."""
    return FeatureValue.objects.filter(cancels=None, cancelled_by=None)


def in_force(*, at: datetime) -> QuerySet[FeatureValue]:
    """The newest row of each key that has begun at `at`."""
    begun = standing().filter(valid_from__lte=at)
    return begun.order_by("key", "-valid_from", "-id").distinct("key")


def scheduled(*, at: datetime) -> QuerySet[FeatureValue]:
    """The next row of each key that has not begun at `at`."""
    waiting = standing().filter(valid_from__gt=at)
    return waiting.order_by("key", "valid_from", "-id").distinct("key")


class _Previous(TypedDict):
    previous: JsonValue
    is_first: bool


def history(key: str) -> QuerySet[WithAnnotations[FeatureValue, _Previous]]:
    """All rows of `key`, newest first; each carries `previous`, the value that stood before it.

    `is_first`: none stood before it, so it was the default.
    """
    feature = catalog.feature(key)
    earlier = (
        standing()
        .filter(key=OuterRef("key"))
        .filter(
            Q(valid_from__lt=OuterRef("valid_from"))
            | Q(valid_from=OuterRef("valid_from"), id__lt=OuterRef("id"))
        )
    )
    before = Subquery(earlier.order_by("-valid_from", "-id").values("value")[:1])
    rows = FeatureValue.objects.filter(key=feature.key).select_related("cancelled_by", "cancels")
    rows = rows.annotate(previous=before, is_first=~Exists(earlier))
    return rows.order_by("-valid_from", "-id")


def values_ever(key: str) -> list[JsonValue]:
    """The JSON form of every value that `key` has, had, or is set to have, its default first."""
    feature = catalog.feature(key)
    rows = FeatureValue.objects.filter(key=key).values_list("value", flat=True)
    return [feature.default_json(), *rows]


def version(key: str) -> int:
    """How often `key` was set; pass it as `expected` to notice a change by somebody else."""
    return FeatureValue.objects.filter(key=key).count()


@dataclass(frozen=True, kw_only=True)
class State:
    """A feature as people see it: value in force and since when, what is scheduled, its version."""

    feature: AnyFeature
    value: JsonValue
    row: FeatureValue | None
    scheduled: FeatureValue | None
    version: int

    @property
    def default(self) -> JsonValue:
        return self.feature.default_json()

    @property
    def is_default(self) -> bool:
        return self.value == self.default


def states(features: Iterable[AnyFeature], *, at: datetime) -> list[State]:
    """The state of each of `features` at `at`; three queries, however many they are."""
    now, later = _rows_by_key(in_force(at=at)), _rows_by_key(scheduled(at=at))
    versions = _versions()
    return [
        State(
            feature=feature,
            value=_json(feature, now.get(feature.key)),
            row=now.get(feature.key),
            scheduled=later.get(feature.key),
            version=versions.get(feature.key, 0),
        )
        for feature in features
    ]


def state(feature: AnyFeature, *, at: datetime) -> State:
    """The state of one feature at `at`."""
    [found] = states([feature], at=at)
    return found


def _read(text: str | None) -> JsonValue:
    """A value as the database gives it; an empty one is NULL."""
    value: JsonValue = None if text is None else json.loads(text)
    return value


def _json(feature: AnyFeature, row: FeatureValue | None) -> JsonValue:
    return feature.default_json() if row is None else row.value


def _rows_by_key(rows: QuerySet[FeatureValue]) -> dict[str, FeatureValue]:
    return {row.key: row for row in rows}


def _versions() -> dict[str, int]:
    counted = FeatureValue.objects.order_by().values("key").annotate(version=Count("id"))
    return dict(counted.values_list("key", "version"))
