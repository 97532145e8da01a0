"""A change of the provider's configuration, as the admin and the API both make it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.audit.actions import record
from features import queries
from features.actions import set_value
from features.exceptions import FeatureRefused
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
    expected: int | None = None,
    address: str | None = None,
) -> FeatureValue:
    """Set the value and leave a line in the audit trail; arguments and errors as `set_value`."""
    row = set_value(
        key, value=value, reason=reason, by=by, at=at, valid_from=valid_from, expected=expected
    )
    record(
        "feature.changed",
        actor=by,
        at=at,
        target=f"feature:{key}",
        before={key: _value_before(row)},
        after={key: row.value, "from": row.valid_from.isoformat()},
        reason=row.reason,
        address=address,
    )
    return row


@transaction.atomic
def change_settings(
    values: Mapping[str, object], *, reason: str, by: str, at: datetime, address: str | None = None
) -> None:
    """All of them or none. Raise FeatureRefused whose `attr` is the key of the wrong one."""
    for key in sorted(values):
        try:
            change_feature(key, value=values[key], reason=reason, by=by, at=at, address=address)
        except FeatureRefused as refused:
            attr = key if refused.attr == "value" else refused.attr
            raise FeatureRefused(refused.code, refused.detail, attr=attr) from None


def _value_before(row: FeatureValue) -> object:
    (found,) = queries.history(row.key).filter(pk=row.pk)
    return found.previous
