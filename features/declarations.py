"""What a declaration of a switch or setting says."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from features.kinds import JsonValue, Kind

T = TypeVar("T")
FeatureType = bool | int | Decimal | str | bytes | dict[str, str] | None


class Group(StrEnum):
    FEATURE = "feature"
    SETTING = "setting"


@dataclass(frozen=True, kw_only=True)
class Feature(Generic[T]):
    """One declaration. Switches say `when_on` and `when_off`, all others `help`.

    `changes_charges`: usage and fees are rated by it, so a change is previewed with figures and may
    be made from the start of the open period.
    """

    key: str
    title: str
    section: str
    kind: Kind[T]
    default: T
    changes: tuple[str, ...]
    group: Group = Group.FEATURE
    help: str = ""
    when_on: str = ""
    when_off: str = ""
    changes_charges: bool = False

    def json_form(self, raw: object) -> JsonValue:
        """What is stored for `raw` (JSON form or Python value). Raise FeatureRefused."""
        return self.kind.dump(self.kind.accept(raw))

    def default_json(self) -> JsonValue:
        return self.kind.dump(self.default)


AnyFeature = (
    Feature[bool]
    | Feature[int]
    | Feature[int | None]
    | Feature[Decimal]
    | Feature[Decimal | None]
    | Feature[str]
    | Feature[bytes | None]
    | Feature[dict[str, str]]
)
