"""What a payment gateway can do for us, in our words.

A gateway never touches our database, and nobody calls it inside a transaction. Amounts are
decimals in the currency; each gateway translates them to its own minor units. Every call that
moves money carries a key: repeated within the gateway's key memory it answers as the first time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Outcome(StrEnum):
    """What became of a payment at the gateway."""

    SUCCEEDED = "succeeded"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    FAILED = "failed"


class RefundOutcome(StrEnum):
    """What became of a refund at the gateway."""

    SUCCEEDED = "succeeded"
    PENDING = "pending"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card as the gateway knows it; `reference` is what is charged."""

    reference: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeOrder:
    """What to charge. `payment_id` travels along, so that the payment can be found again.

    `is_off_session` says that nobody is there to answer 3-D Secure; otherwise the customer comes
    back to `return_url`.
    """

    payment_id: UUID
    customer: str
    method: str
    amount: Decimal
    currency: str
    description: str
    is_off_session: bool
    return_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayPayment:
    """A payment as the gateway sees it now.

    `payment_id` is ours, empty when it is not of our making. `amount` is what was received when
    it succeeded, else what was asked for. `is_hard_decline`: the card must not be tried again.
    """

    reference: str
    outcome: Outcome
    amount: Decimal
    currency: str
    payment_id: UUID | None = None
    client_secret: str = ""
    action_url: str = ""
    failure_code: str = ""
    failure_message: str = ""
    is_hard_decline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """What to give back of which payment."""

    refund_id: UUID
    payment_reference: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayRefund:
    """A refund as the gateway sees it now; `refund_id` is ours, empty when made elsewhere."""

    reference: str
    payment_reference: str
    outcome: RefundOutcome
    amount: Decimal
    currency: str
    refund_id: UUID | None = None
    failure_code: str = ""


class DisputeOutcome(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayDispute:
    """A payment that its cardholder disputes; `fee` is what the gateway keeps for it."""

    reference: str
    payment_reference: str
    outcome: DisputeOutcome
    amount: Decimal
    currency: str
    reason: str
    fee: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A webhook whose signature is right: what it is about, and nothing when we do not care."""

    reference: str
    type: str
    payload: Mapping[str, object]


Fact = GatewayPayment | GatewayRefund | GatewayDispute


class Gateway(Protocol):
    """One way for money to come in and go back.

    Errors: `GatewayRefused` (nothing was done), `GatewayUnavailable` (nobody knows what was done).
    """

    @property
    def name(self) -> str:
        """Its name in the ledger: `cash:<name>`."""

    def refund(self, order: RefundOrder, *, key: str) -> GatewayRefund:
        """Give money back. Raises GatewayRefused when the gateway will not."""

    def find_refund(self, refund_id: UUID, *, payment_reference: str) -> GatewayRefund | None:
        """The refund that carries our id, whatever became of our request for it."""


class CardGateway(Gateway, Protocol):
    """A gateway that charges saved cards. Attaching raises `CardDeclined` too."""

    @property
    def key_memory(self) -> timedelta:
        """How long a repeated key answers as the first time, in real time."""

    def smallest_step(self, currency: str) -> Decimal:
        """Amounts of this currency are whole multiples of it."""

    def largest_charge(self, currency: str) -> Decimal:
        """The most that one charge of this currency may take."""

    def create_customer(self, *, company_id: UUID, name: str, email: str, key: str) -> str:
        """The gateway's reference of a new customer object for the company."""

    def card(self, token: str) -> Card:
        """The card behind a token, kept nowhere. Raises GatewayRefused for an unknown one."""

    def attach_card(self, token: str, *, customer: str, key: str) -> Card:
        """Keep the card for later charges. Raises CardDeclined, GatewayRefused."""

    def detach_card(self, reference: str) -> None:
        """Forget the card."""

    def charge(self, order: ChargeOrder, *, key: str) -> GatewayPayment:
        """Charge a card; a decline is an outcome, not an error."""

    def confirm(self, reference: str, *, method: str, return_url: str) -> GatewayPayment:
        """Try a payment once more with the customer present (3-D Secure)."""

    def cancel(self, reference: str) -> GatewayPayment:
        """Withdraw a payment that has not succeeded; the answer tells when it has after all."""

    def payment(self, reference: str) -> GatewayPayment:
        """The payment as it is now."""

    def find_payment(
        self, payment_id: UUID, *, customer: str, since: datetime
    ) -> GatewayPayment | None:
        """The payment that carries our id, whatever became of our request for it."""

    def read_webhook(self, body: bytes, *, signature: str) -> Notice:
        """Raises WebhookRefused when the signature, its age or the body is wrong."""

    def fact(self, notice: Notice) -> Fact | None:
        """What the notice says happened; empty when it is of no interest."""
