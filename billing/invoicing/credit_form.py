"""What staff credit of an invoice: all of it, or an amount of each line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from accounts.staff.acts import KeyedForm
from billing.invoicing.models import Invoice
from billing.money.calc import plain
from billing.money.staff_fields import StaffAmountField


class CreditForm(KeyedForm):
    """A net amount for each line, all optional."""

    def __init__(self, data: Any, *, invoice: Invoice) -> None:
        super().__init__(data)
        self._fields: dict[str, int] = {}
        for line in invoice.lines.order_by("position"):
            name = f"line_{line.position}"
            self._fields[name] = line.position
            self.fields[name] = StaffAmountField(
                label=f"{line.position}. {line.description}",
                required=False,
                help_text=f"Of {plain(line.amount)} {invoice.currency} net.",
            )
        self.fields["reason"].help_text = "Nothing in the lines: the whole invoice is credited."
        self.order_fields([*self._fields, "reason"])

    def amounts(self) -> dict[int, Decimal] | None:
        """Net amounts by line position; None is the whole invoice."""
        asked = {
            position: self.cleaned_data[name]
            for name, position in self._fields.items()
            if self.cleaned_data[name] is not None
        }
        return asked or None
