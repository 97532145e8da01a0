"""The operator without an interface: a person does what the open operator jobs ask for."""

from __future__ import annotations

from telecom.operators.adapters.base import OperationState, Progress, UsagePage


class ManualAdapter:
    """Nothing is sent anywhere, so every operation is done as soon as it is asked."""

    has_network = False

    def provision(self, iccid: str, *, imsi: str, msisdn: str) -> str:
        return ""

    def activate(self, iccid: str, *, key: str) -> str:
        return ""

    def suspend(self, iccid: str, *, key: str) -> str:
        return ""

    def terminate(self, iccid: str, *, key: str) -> str:
        return ""

    def operation(self, operation: str) -> OperationState:
        return OperationState(Progress.DONE)

    def fetch_usage(self, cursor: str, *, limit: int) -> UsagePage:
        return UsagePage(records=(), cursor=cursor, more=False)
