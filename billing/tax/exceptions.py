"""What tax rules refuse."""

from __future__ import annotations

from accounts.access.exceptions import Refused


class TaxRuleInvalid(Refused):
    """A rule that contradicts itself, or another."""

    def __init__(self, attr: str, detail: str) -> None:
        super().__init__("invalid_tax_rule", detail, attr=attr)
