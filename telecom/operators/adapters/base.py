"""What every operator adapter can do. All calls may raise `OperatorUnreachable` (try again) or
`OperatorRefused` (final: the SIM becomes Invalid, the operator's words are kept and shown)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class OperatorUnreachable(Exception):
    """No answer, or an answer that says to try again later."""


class OperatorRefused(Exception):
    """A final no."""


class LineState(StrEnum):
    """What the operator says of a line."""

    UNKNOWN = "unknown"
    INACTIVE = "inactive"
    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


@dataclass(frozen=True, slots=True)
class OperatorUsage:
    """One usage record of an operator; `bytes` is a whole number, `started_at` is aware."""

    id: str
    iccid: str
    started_at: datetime
    bytes: int
    plmn: str
    session: str


@dataclass(frozen=True, slots=True)
class UsagePage:
    """A page of usage and the cursor after it; `more` says that another page waits."""

    records: Sequence[OperatorUsage]
    cursor: str
    more: bool


class Adapter(Protocol):
    """An operator's interface: operations are asked for, `state` says when they are done."""

    @property
    def has_network(self) -> bool:
        """False: a person confirms what the network did."""

    def activate(self, iccid: str) -> None: ...

    def suspend(self, iccid: str) -> None: ...

    def terminate(self, iccid: str) -> None: ...

    def provision(self, iccid: str, *, imsi: str, msisdn: str) -> None: ...

    def state(self, iccid: str) -> LineState: ...

    def fetch_usage(self, cursor: str, *, limit: int) -> UsagePage: ...
