"""What discounts refuse."""

from __future__ import annotations

from accounts.access.exceptions import Refused


class DiscountInvalid(Refused):
    """An adjustment that no bill can have."""

    def __init__(self, attr: str, detail: str) -> None:
        super().__init__("invalid", detail, attr=attr)
