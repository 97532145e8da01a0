"""Reads: values in force at an instant, and the history.

Every call reads the database, so a flip acts at once in every process; one indexed row each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypedDict, overload

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from features import catalog
from features.declarations import AnyFeature, FeatureType
from features.kinds import JsonValue
from features.models import FeatureValue

if TYPE_CHECKING:  # a development dependency
    from django_stubs_ext import WithAnnotations


@overload
def value(key: catalog.SwitchKey, *, at: datetime) -> bool: ...
@overload
def value(key: catalog.WholeNumberKey, *, at: datetime) -> int: ...
@overload
def value(key: catalog.DecimalKey, *, at: datetime) -> Decimal: ...
@overload
def value(key: catalog.OptionalAmountKey, *, at: datetime) -> Decimal | None: ...
@overload
def value(key: catalog.TextKey, *, at: datetime) -> str: ...
@overload
def value(key: catalog.PictureKey, *, at: datetime) -> bytes | None: ...
@overload
def value(key: str, *, at: datetime) -> FeatureType: ...
def value(key: str, *, at: datetime) -> FeatureType:
    """What `key` is set to at business time `at`. Raise UnknownFeature."""
    feature = catalog.feature(key)
    row = in_force(at=at).filter(key=key).first()
    return feature.default if row is None else feature.kind.parse(row.value)


def snapshot(*, at: datetime) -> dict[str, JsonValue]:
    """The features at `at` in their JSON form, as charges and invoices keep them."""
    rows = _rows_by_key(in_force(at=at))
    return {feature.key: _json(feature, rows.get(feature.key)) for feature in catalog.FEATURES}


def in_force(*, at: datetime) -> QuerySet[FeatureValue]:
    """The newest row of each key that has begun at `at`."""
    begun = FeatureValue.objects.filter(valid_from__lte=at)
    return begun.order_by("key", "-valid_from", "-id").distinct("key")


def scheduled(*, at: datetime) -> QuerySet[FeatureValue]:
    """The next row of each key that has not begun at `at`."""
    waiting = FeatureValue.objects.filter(valid_from__gt=at)
    return waiting.order_by("key", "valid_from", "-id").distinct("key")


class _Previous(TypedDict):
    previous: JsonValue


def history(key: str) -> QuerySet[WithAnnotations[FeatureValue, _Previous]]:
    """All values of `key`, newest first; each carries `previous`, the one before it or None."""
    feature = catalog.feature(key)
    earlier = FeatureValue.objects.filter(key=OuterRef("key")).filter(
        Q(valid_from__lt=OuterRef("valid_from"))
        | Q(valid_from=OuterRef("valid_from"), id__lt=OuterRef("id"))
    )
    before = Subquery(earlier.order_by("-valid_from", "-id").values("value")[:1])
    rows = FeatureValue.objects.filter(key=feature.key).annotate(previous=before)
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


def _json(feature: AnyFeature, row: FeatureValue | None) -> JsonValue:
    return feature.default_json() if row is None else row.value


def _rows_by_key(rows: QuerySet[FeatureValue]) -> dict[str, FeatureValue]:
    return {row.key: row for row in rows}


def _versions() -> dict[str, int]:
    counted = FeatureValue.objects.order_by().values("key").annotate(version=Count("id"))
    return dict(counted.values_list("key", "version"))
