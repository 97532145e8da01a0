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


class Progress(StrEnum):
    """How far an operation is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class OperationState:
    """What the operator says of an operation; `error` in its own words."""

    progress: Progress
    error: str = ""


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
    """An operator's interface. Operations are asked for with a `key` that makes them happen once;
    they return the operator's id of the operation, and `operation` says how it goes on. An empty
    id means that it is done."""

    @property
    def has_network(self) -> bool:
        """False: a person confirms what the network did."""

    def provision(self, iccid: str, *, imsi: str, msisdn: str) -> str: ...

    def activate(self, iccid: str, *, key: str) -> str: ...

    def suspend(self, iccid: str, *, key: str) -> str: ...

    def terminate(self, iccid: str, *, key: str) -> str: ...

    def operation(self, operation: str) -> OperationState: ...

    def fetch_usage(self, cursor: str, *, limit: int) -> UsagePage: ...
