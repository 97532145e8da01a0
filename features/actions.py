"""Writes: a new value of a switch or setting. Rows are appended, never edited."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction

from features import catalog, queries, registry
from features.exceptions import ChangedMeanwhile, FeatureRefused, NotCancellable
from features.kinds import JsonValue, Text
from features.models import FeatureValue

LONGEST_REASON = 500
_LIMITS = ("minimum_prepaid_recharge", "maximum_prepaid_recharge")
_PREFIXES = (
    "series_prefix_invoice",
    "series_prefix_credit_note",
    "series_prefix_receipt",
    "series_prefix_top_up_invoice",
)
# Settings that are judged together, and so are changed one at a time.
_TOGETHER = dict.fromkeys(_LIMITS, "recharge_limits") | dict.fromkeys(_PREFIXES, "series_prefixes")


@transaction.atomic
def set_value(
    key: str,
    *,
    value: object,
    reason: str,
    by: str,
    at: datetime,
    valid_from: datetime | None = None,
    from_period_start: bool = False,
    expected: int | None = None,
) -> FeatureValue:
    """Set `key` from `valid_from` on (default: `at`, at once), with the reason given.

    `value` is the JSON form or the Python value of the feature's kind. `from_period_start`: charges
    go by it from the start of each company's open period; of a feature that changes no charge the
    value simply takes effect. `expected` is the `queries.version` that the person saw: raise
    ChangedMeanwhile when somebody set the feature since. Raise UnknownFeature, or FeatureRefused
    naming the field.
    """
    feature = catalog.feature(key)
    accepted = feature.json_form(value)
    why = _reason(reason)
    start = _start(valid_from, from_period_start=from_period_start, at=at)
    _lock(key)
    if expected is not None and expected != queries.version(key):
        raise ChangedMeanwhile("changed_meanwhile", "Somebody else changed it. Look again first.")
    if key in _LIMITS:
        _refuse_crossed_limits(key, accepted, at=start)
    if key in _PREFIXES:
        _refuse_shared_prefix(key, accepted)
    for condition in registry.conditions:
        condition(registry.Change(feature=feature, value=accepted, by=by, at=at))
    return append(
        FeatureValue(
            key=key,
            value=accepted,
            valid_from=start,
            from_period_start=from_period_start and feature.changes_charges,
            set_by=by,
            reason=why,
        )
    )


def append(row: FeatureValue) -> FeatureValue:
    """Keep a row that was judged, and let follow what follows from it."""
    row.save(force_insert=True)
    for consequence in registry.consequences:
        consequence(row)
    return row


@transaction.atomic
def cancel_scheduled(row_id: UUID, *, reason: str, by: str, at: datetime) -> FeatureValue:
    """Take back a change that has not begun. Raise FeatureValue.DoesNotExist, NotCancellable."""
    why = _reason(reason)
    row = FeatureValue.objects.get(pk=row_id)
    _lock(row.key)
    if row.valid_from <= at:
        raise NotCancellable("has_begun", "It has begun already. Revert it instead.")
    if not queries.standing().filter(pk=row_id).exists():
        raise NotCancellable("cancelled", "It is cancelled already.")
    return FeatureValue.objects.create(
        key=row.key, value=row.value, valid_from=at, cancels=row, set_by=by, reason=why
    )


def _start(valid_from: datetime | None, *, from_period_start: bool, at: datetime) -> datetime:
    if valid_from is not None and from_period_start:
        raise FeatureRefused(
            "two_starts", "From the start of the period, or at an instant: not both.", attr="at"
        )
    if valid_from is not None and valid_from < at:
        raise FeatureRefused("in_the_past", "A value can begin now or later.", attr="at")
    return valid_from or at


def _reason(reason: str) -> str:
    try:
        text = Text(LONGEST_REASON, lines=5).parse(reason)
    except FeatureRefused as refused:
        raise FeatureRefused(refused.code, refused.detail, attr="reason") from None
    if not text:
        raise FeatureRefused("required", "Say why.", attr="reason")
    return text


def _lock(key: str) -> None:
    """One change at a time, of a key and those judged with it; held until the transaction ends."""
    name = f"feature:{_TOGETHER.get(key, key)}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _refuse_crossed_limits(key: str, value: JsonValue, *, at: datetime) -> None:
    """The minimum recharge may not be above the maximum: nothing could be recharged at all."""
    limits: dict[str, object] = {name: queries.value(name, at=at) for name in _LIMITS}
    limits[key] = None if value is None else Decimal(str(value))
    lowest, highest = (limits[name] for name in _LIMITS)
    if isinstance(lowest, Decimal) and isinstance(highest, Decimal) and lowest > highest:
        raise FeatureRefused(
            "limits_crossed", f"The minimum {lowest} would be above the maximum {highest}."
        )


def _refuse_shared_prefix(key: str, value: JsonValue) -> None:
    """A number must name one document, so no series gets a prefix that another has, had, or will
    have: what was issued under it keeps its number."""
    for other in _PREFIXES:
        if other != key and value in queries.values_ever(other):
            title = catalog.feature(other).title
            detail = f"“{value}” is or was the {title.lower()}: two documents could share a number."
            raise FeatureRefused("prefix_taken", detail)
