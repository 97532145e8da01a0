"""A change of the provider's configuration, as the admin and the API both make it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.audit.actions import record
from features import catalog, queries
from features.actions import LONGEST_REASON, cancel_scheduled, set_value
from features.exceptions import FeatureRefused
from features.kinds import JsonValue
from features.models import FeatureValue


@transaction.atomic
def change_feature(
    key: str,
    *,
    value: object,
    reason: str,
    by: str,
    at: datetime,
    valid_from: datetime | None = None,
    from_period_start: bool = False,
    expected: int | None = None,
    address: str | None = None,
) -> FeatureValue:
    """Set the value and leave a line in the audit trail; arguments and errors as `set_value`."""
    row = set_value(
        key,
        value=value,
        reason=reason,
        by=by,
        at=at,
        valid_from=valid_from,
        from_period_start=from_period_start,
        expected=expected,
    )
    start = "period_start" if row.from_period_start else row.valid_from.isoformat()
    record(
        "feature.changed",
        actor=by,
        at=at,
        target=f"feature:{key}",
        before={key: _value_before(row)},
        after={key: row.value, "from": start},
        reason=row.reason,
        address=address,
    )
    return row


@transaction.atomic
def change_together(
    values: Mapping[str, object],
    *,
    reason: str,
    by: str,
    at: datetime,
    versions: Mapping[str, int] | None = None,
    address: str | None = None,
) -> None:
    """All of them or none. `versions` are those that the person saw.

    Raise FeatureRefused whose `attr` is the key of the wrong one, or "reason". Limits that would
    cross on the way, but not at the end, are set in the order in which they do not.
    """
    seen = versions or {}
    waiting = sorted(values)
    while waiting:
        refused: dict[str, FeatureRefused] = {}
        for key in waiting:
            try:
                change_feature(
                    key,
                    value=values[key],
                    reason=reason,
                    by=by,
                    at=at,
                    expected=seen.get(key),
                    address=address,
                )
            except FeatureRefused as refusal:
                refused[key] = _named(refusal, key)
                if refusal.code != "limits_crossed":
                    raise refused[key] from None
        if len(refused) == len(waiting):
            raise refused[waiting[0]]
        waiting = list(refused)


@transaction.atomic
def revert_change(
    row: FeatureValue, *, by: str, at: datetime, expected: int, address: str | None = None
) -> FeatureValue:
    """Set from now on what stood before a row of the history; errors as `set_value`."""
    return change_feature(
        row.key,
        value=value_before(row),
        reason=f"Reverted: {row.reason}"[:LONGEST_REASON],
        by=by,
        at=at,
        expected=expected,
        address=address,
    )


@transaction.atomic
def cancel_change(
    row: FeatureValue, *, reason: str, by: str, at: datetime, address: str | None = None
) -> FeatureValue:
    """Take back a change that has not begun. Raise NotCancellable."""
    cancelling = cancel_scheduled(row.pk, reason=reason, by=by, at=at)
    record(
        "feature.cancelled",
        actor=by,
        at=at,
        target=f"feature:{row.key}",
        before={row.key: row.value, "from": row.valid_from.isoformat()},
        reason=cancelling.reason,
        address=address,
    )
    return cancelling


def value_before(row: FeatureValue) -> JsonValue:
    """What stood before a row of the history: the value of an earlier one, or the default."""
    found = queries.history(row.key).get(pk=row.pk)
    return catalog.feature(row.key).default_json() if found.is_first else found.previous


def _named(refused: FeatureRefused, key: str) -> FeatureRefused:
    """The refusal, saying which of the values it is about."""
    attr = key if refused.attr == "value" else refused.attr
    return type(refused)(refused.code, refused.detail, attr=attr)


def _value_before(row: FeatureValue) -> object:
    (found,) = queries.history(row.key).filter(pk=row.pk)
    return found.previous
