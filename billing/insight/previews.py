"""Previews as they were shown, and what a change of a feature asks for and brings about.

Registered with features, which lies below and knows no charge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Literal
from uuid import UUID

from accounts.audit.actions import record
from billing.insight.effects import (
    NOTHING,
    Effect,
    effects_from_now,
    effects_from_period_start,
    rerate_open_periods,
)
from billing.insight.models import FeaturePreview
from features import queries
from features.declarations import AnyFeature, Group
from features.exceptions import FeatureRefused
from features.kinds import JsonValue
from features.models import FeatureValue
from features.registry import Change, after_change, before_change

STAYS_FRESH = timedelta(hours=24)
MOVERS = 10

Start = Literal["from_period_start", "from_now"]
STARTS: tuple[Start, ...] = ("from_period_start", "from_now")


@dataclass(frozen=True)
class Summary:
    """The effects in one currency; `movers` are the ten largest changes."""

    currency: str
    companies: int
    before: Decimal
    after: Decimal
    movers: tuple[Effect, ...]

    @property
    def change(self) -> Decimal:
        return self.after - self.before


def preview_change(feature: AnyFeature, value: object, *, by: str, at: datetime) -> FeaturePreview:
    """Work out what `value` would do, and keep it as shown to `by`. Raise FeatureRefused."""
    accepted = feature.json_form(value)
    version = queries.version(feature.key)
    outcomes: dict[Start, list[Effect]] = {start: [] for start in STARTS}
    if feature.changes_charges:
        outcomes = {
            "from_period_start": effects_from_period_start(feature.key, accepted, at=at),
            "from_now": effects_from_now(feature.key, accepted, at=at),
        }
    return FeaturePreview.objects.create(
        key=feature.key,
        value=accepted,
        version=version,
        outcomes={start: _written(effects) for start, effects in outcomes.items()},
        previewed_by=by,
        previewed_at=at,
    )


def effects(preview: FeaturePreview, start: Start) -> list[Effect]:
    """All effects of a kept preview, by currency and there the largest change first."""
    found = [
        Effect(UUID(pk), name, currency, Decimal(before), Decimal(after))
        for pk, name, currency, before, after in preview.outcomes[start]
    ]
    return sorted(found, key=lambda each: (each.currency, -abs(each.change), each.name))


def summaries(preview: FeaturePreview, start: Start) -> list[Summary]:
    """The effects by currency, the one with the most companies first."""
    by_currency = groupby(effects(preview, start), key=lambda each: each.currency)
    found = [_summary(currency, list(group)) for currency, group in by_currency]
    return sorted(found, key=lambda each: (-each.companies, each.currency))


def shown_preview(key: str, value: JsonValue, *, by: str, at: datetime) -> FeaturePreview | None:
    """What `by` was shown of this very value, if nothing was set since and it is fresh."""
    shown = FeaturePreview.objects.filter(
        key=key,
        version=queries.version(key),
        previewed_by=by,
        previewed_at__gt=at - STAYS_FRESH,
    )
    return next((preview for preview in shown[:50] if preview.value == value), None)


def wants_preview(feature: AnyFeature, *, at: datetime) -> bool:
    """Whether a change of this feature is saved only after its preview."""
    may_move_money = feature.group is Group.FEATURE or feature.changes_charges
    return may_move_money and queries.value("preview_required", at=at)


@before_change
def refuse_without_preview(change: Change) -> None:
    """With `preview_required` on, nobody saves what they have not seen the effect of."""
    feature, at = change.feature, change.at
    if not wants_preview(feature, at=at):
        return
    if shown_preview(feature.key, change.value, by=change.by, at=at) is None:
        detail = f"Preview this value of “{feature.title}” first."
        raise FeatureRefused("preview_required", detail)


@after_change
def rerate_from_period_start(row: FeatureValue) -> None:
    """What a value from the start of the open period changes is rated anew, in its transaction."""
    if not row.from_period_start:
        return
    changed = rerate_open_periods(at=row.valid_from)
    record(
        "charges.rerated",
        actor=row.set_by,
        at=row.valid_from,
        target=f"feature:{row.key}",
        before=_sums([(each.currency, each.before) for each in changed]),
        after=_sums([(each.currency, each.after) for each in changed]),
        reason=row.reason,
    )


def _summary(currency: str, found: Sequence[Effect]) -> Summary:
    return Summary(
        currency=currency,
        companies=len(found),
        before=sum((each.before for each in found), NOTHING),
        after=sum((each.after for each in found), NOTHING),
        movers=tuple(found[:MOVERS]),
    )


def _written(found: Sequence[Effect]) -> list[list[str]]:
    return [
        [str(each.company_id), each.name, each.currency, str(each.before), str(each.after)]
        for each in found
    ]


def _sums(amounts: Sequence[tuple[str, Decimal]]) -> dict[str, object]:
    sums: dict[str, Decimal] = {}
    for currency, amount in amounts:
        sums[currency] = sums.get(currency, NOTHING) + amount
    return {currency: str(amount) for currency, amount in sums.items()}
