"""What write-offs refuse."""

from __future__ import annotations

from accounts.access.exceptions import Refused
from billing.invoicing.models import Invoice


class NothingToWriteOff(Refused):
    """Only an unpaid invoice can be given up."""

    def __init__(self, invoice: Invoice) -> None:
        super().__init__(
            "nothing_to_write_off",
            f"Nothing is due of {invoice}: it is {invoice.status}.",
            status=409,
        )


class WriteOffProposed(Refused):
    """One proposal for an invoice at a time."""

    def __init__(self, invoice: Invoice) -> None:
        super().__init__(
            "write_off_proposed", f"Writing {invoice} off waits for approval already.", status=409
        )


class WriteOffKeyReused(Refused):
    """The key has a write-off already, with other content."""

    def __init__(self) -> None:
        super().__init__(
            "idempotency_key_reused",
            "This key was used for a write-off with other content.",
            status=409,
        )


class WriteOffDecided(Refused):
    """Somebody has booked or declined it already."""

    def __init__(self, status: str) -> None:
        super().__init__("already_decided", f"The write-off is {status} already.", status=409)
