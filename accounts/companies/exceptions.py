"""What companies refuse."""

from __future__ import annotations

from accounts.access.exceptions import Refused


class NoSuchTransition(Refused):
    """The company's status does not lead there."""

    def __init__(self, *, status: str, to: str) -> None:
        detail = f"A company that is {status} cannot become {to}."
        super().__init__("invalid_status", detail, status=409)


class ReasonMissing(Refused):
    """Somebody stops a customer without saying why."""

    def __init__(self) -> None:
        super().__init__("required", "Say why: the customer will read it.", attr="reason")
