"""The operator without an interface: a person does and confirms what is asked."""

from __future__ import annotations

from telecom.operators.adapters.base import LineState, UsagePage


class ManualAdapter:
    has_network = False

    def activate(self, iccid: str) -> None:
        """A person does it; the open operator job is the reminder."""

    def suspend(self, iccid: str) -> None:
        """A person does it; the open operator job is the reminder."""

    def terminate(self, iccid: str) -> None:
        """A person does it; the open operator job is the reminder."""

    def provision(self, iccid: str, *, imsi: str, msisdn: str) -> None:
        """The line exists when the person says so."""

    def state(self, iccid: str) -> LineState:
        return LineState.UNKNOWN

    def fetch_usage(self, cursor: str, *, limit: int) -> UsagePage:
        return UsagePage(records=(), cursor=cursor, more=False)
