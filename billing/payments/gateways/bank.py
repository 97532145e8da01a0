"""Money outside any card gateway: what staff see on the bank account, in the till, elsewhere.

There is nothing to call. Staff record what came in, and send by hand what goes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from billing.payments.gateways.base import GatewayRefund, RefundOrder, RefundOutcome


@dataclass(frozen=True)
class HandledByStaff:
    """`name` is the gateway's in the ledger: `cash:bank`."""

    name: str

    def refund(self, order: RefundOrder, *, key: str) -> GatewayRefund:
        """Done as soon as it is recorded: staff send the money themselves."""
        return GatewayRefund(
            reference=f"{self.name}:{order.refund_id}",
            payment_reference=order.payment_reference,
            outcome=RefundOutcome.SUCCEEDED,
            amount=order.amount,
            currency=order.currency,
            refund_id=order.refund_id,
        )

    def find_refund(self, refund_id: UUID, *, payment_reference: str) -> GatewayRefund | None:
        return None


BANK = HandledByStaff("bank")
CASH = HandledByStaff("cash")
OTHER = HandledByStaff("other")
# Money that arrived in another system, which keeps ours in step with it.
WHMCS = HandledByStaff("whmcs")
XERO = HandledByStaff("xero")
