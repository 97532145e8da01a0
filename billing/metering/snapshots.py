"""Feature values as of the time of use, kept once for all the charges rated by them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from billing.ledger.execution import run
from billing.metering.models import FeatureSnapshot
from features.queries import Values, snapshots

_STORED = "SELECT id FROM feature_snapshot WHERE digest = %(digest)s"


@dataclass(frozen=True)
class Timeline:
    """Snapshots in order of time: the first holds before the first bound, and so on."""

    bounds: list[datetime]
    ids: list[int]


def timeline(first: datetime, last: datetime) -> Timeline:
    """The snapshots that hold between two instants; one more than there are changes between."""
    held = snapshots(first=first, last=last)
    return Timeline(
        bounds=[starts_at for starts_at, _ in held[1:]],
        ids=[_stored(values) for _, values in held],
    )


def snapshot_at(instant: datetime) -> int:
    """The id of the stored feature values as of an instant."""
    return timeline(instant, instant).ids[0]


def _stored(values: Values) -> int:
    digest = sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    found = run(_STORED, {"digest": digest}, rows=1).fetchone()
    if found is not None:
        return int(found[0])
    stored, _ = FeatureSnapshot.objects.get_or_create(digest=digest, defaults={"values": values})
    return stored.pk
