"""What higher folders add to a change of a feature, registered when the application starts.

features is the lowest folder: it knows no company and no charge.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from features.declarations import AnyFeature
from features.kinds import JsonValue
from features.models import FeatureValue


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change that is about to be made; `value` in its JSON form."""

    feature: AnyFeature
    value: JsonValue
    by: str
    at: datetime


Condition = Callable[[Change], None]
Consequence = Callable[[FeatureValue], None]

conditions: list[Condition] = []
consequences: list[Consequence] = []


def before_change(condition: Condition) -> Condition:
    """Raises FeatureRefused when a change may not be made."""
    conditions.append(condition)
    return condition


def after_change(consequence: Consequence) -> Consequence:
    """Runs for each new row, in its transaction."""
    consequences.append(consequence)
    return consequence
