"""What promotions refuse."""

from __future__ import annotations

from accounts.access.exceptions import Refused


class PromoCodeRefused(Refused):
    """The code cannot be redeemed by this company now."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"promo_code_{code}", detail, attr="code")


class PromoCodeInvalid(Refused):
    """A code that cannot be."""

    def __init__(self, attr: str, detail: str) -> None:
        super().__init__("invalid", detail, attr=attr)
