"""Prices that are chosen for a record by more than its plan and place.

A higher folder registers how it prices the records of a source; rating and rating anew both ask
it, so that a charge comes out the same whenever it is worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from billing.metering.batches import Batch


class Use(NamedTuple):
    """A record to be priced; `n` is its place in the batch."""

    n: int
    subscription_id: UUID
    started_at: datetime


class Choice(NamedTuple):
    """A price of a version, and what a base unit costs by it."""

    version_id: UUID
    price_id: UUID
    per_base: Decimal


Chooser = Callable[[Sequence[Use]], Mapping[int, Choice]]
_choosers: dict[str, Chooser] = {}

_USES = """
SELECT n, subscription_id, started_at FROM usage_row
WHERE source = %(source)s::text AND is_rateable ORDER BY n
"""

_CHOSEN = """
UPDATE usage_row u
SET version_id = c.version_id, price_id = c.price_id, per_base = c.per_base
FROM unnest(%(places)s::integer[], %(versions)s::uuid[], %(prices)s::uuid[],
            %(per_bases)s::numeric[]) AS c(n, version_id, price_id, per_base)
WHERE u.n = c.n
"""


def prices_records_of(source: str) -> Callable[[Chooser], Chooser]:
    """Registers what chooses the prices for the records of a source."""

    def register(chooser: Chooser) -> Chooser:
        _choosers[source] = chooser
        return chooser

    return register


def choose_prices(batch: Batch) -> None:
    """Put the chosen prices into the resolved records of the batch."""
    for source, chooser in _choosers.items():
        uses = [Use(*row) for row in batch.rows_of(_USES, source=source)]
        if uses:
            chosen = chooser(uses)
            batch.run(
                _CHOSEN,
                places=list(chosen),
                versions=[choice.version_id for choice in chosen.values()],
                prices=[choice.price_id for choice in chosen.values()],
                per_bases=[choice.per_base for choice in chosen.values()],
            )
