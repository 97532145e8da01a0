"""Feature values as of the time of use, kept once for all the charges rated by them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from billing.metering.models import FeatureSnapshot
from features.models import FeatureValue
from features.queries import snapshot


@dataclass(frozen=True)
class Timeline:
    """Snapshots in order of time: the first holds before the first bound, and so on."""

    bounds: list[datetime]
    ids: list[int]


def timeline(first: datetime, last: datetime) -> Timeline:
    """The snapshots that hold between two instants; one more than there are changes between."""
    changes = FeatureValue.objects.filter(valid_from__gt=first, valid_from__lte=last)
    bounds = sorted(set(changes.values_list("valid_from", flat=True)))
    return Timeline(bounds=bounds, ids=[snapshot_at(instant) for instant in [first, *bounds]])


def snapshot_at(instant: datetime) -> int:
    """The id of the stored feature values as of an instant."""
    values = snapshot(at=instant)
    digest = sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    stored, _ = FeatureSnapshot.objects.get_or_create(digest=digest, defaults={"values": values})
    return stored.pk
