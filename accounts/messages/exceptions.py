"""Why a message is not sent."""

from __future__ import annotations

from accounts.access.exceptions import Refused


class NobodyToTell(Refused):
    def __init__(self) -> None:
        super().__init__("no_recipients", "Nobody would get this: choose others.", status=409)


class RecipientsChanged(Refused):
    """Somebody joined, left or was renamed since the sender looked."""

    def __init__(self, *, expected: int, found: int) -> None:
        detail = f"It would go to {found} addresses now, not to {expected}. Look again first."
        super().__init__("recipients_changed", detail, status=409)


class KeyReused(Refused):
    def __init__(self) -> None:
        detail = "This page has already sent another message. Begin a new one."
        super().__init__("idempotency_key_reused", detail, status=409)
