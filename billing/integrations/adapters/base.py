"""What every adapter can do, and the plain data that it is handed.

All calls may raise `Unreachable` (try again: they may or may not have done it), `Denied` (our
credentials are refused) or `Rejected` (a final no, in their words). Each call may be repeated:
it looks for what an earlier try has left before it makes anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

# References of what we sent begin so: it is not read back.
OURS = "TG-"


class Unreachable(Exception):
    """No answer, or one that says nothing; `retry_after` in seconds when the answer said so."""

    def __init__(self, message: str, *, retry_after: int = 0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Denied(Exception):
    """The system does not accept our credentials."""


class Rejected(Exception):
    """The system will not have this; its words, or what it lacks."""


class Source(StrEnum):
    """What an invoice was paid with."""

    MONEY = "money"
    CREDIT_NOTE = "credit_note"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Contact:
    """A company; `id` is ours."""

    id: str
    name: str
    email: str
    is_individual: bool
    address: str
    city: str
    postal_code: str
    country: str
    tax_id: str
    currency: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document: net, in minor units; `tax` is its share of the tax of its rate,
    `treatment` is "standard", "reverse_charge" …"""

    description: str
    amount: Decimal
    tax_percent: Decimal
    treatment: str
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Tax:
    """The tax of one rate and treatment, and why it is none."""

    name: str
    percent: Decimal
    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or credit note, frozen: lines and taxes sum to `total` exactly."""

    number: str
    contact: str
    currency: str
    issued_on: date
    due_on: date
    lines: Sequence[Line]
    taxes: Sequence[Tax]
    total: Decimal


@dataclass(frozen=True, slots=True)
class Settlement:
    """What pays part of an invoice, or no longer does.

    `credit` is all that other things than money pay of the invoice now, `is_paid` whether
    anything is left to pay. `credit_note` is their id of the note that pays.
    """

    reference: str
    contact: str
    invoice: str
    credit_note: str
    amount: Decimal
    currency: str
    paid_at: datetime
    source: Source
    credit: Decimal
    is_paid: bool


@dataclass(frozen=True, slots=True)
class TheirPayment:
    """Money as the system knows it; negative when it went back. `currency` empty: the client's."""

    id: str
    contact: str
    invoice: str
    amount: Decimal
    currency: str
    paid_at: datetime
    reference: str


class Service(StrEnum):
    """What a system is told of a company's services."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


class Adapter(Protocol):
    """One system. `key` is the same for each try of one piece of work."""

    @property
    def follows_services(self) -> bool:
        """Whether it knows of services at all."""

    @property
    def cancels_invoices(self) -> bool:
        """Void invoices are cancelled there; else their credit note pays them."""

    @property
    def reads_by_contact(self) -> bool:
        """Payments are asked for client by client; else by the time of their last change."""

    def ping(self) -> None:
        """Asks for something small, to see whether it answers."""

    def find_contact(self, contact: Contact, *, sent_as: str) -> str:
        """Their id of a contact that is there already, or nothing; `sent_as` is the e-mail
        address of an earlier try."""

    def upsert_contact(self, contact: Contact, *, external_id: str, key: str) -> str: ...

    def service_status(self, contact: str, status: Service, *, reason: str) -> None: ...

    def upsert_invoice(self, invoice: Document, *, key: str) -> str: ...

    def void_invoice(self, external_id: str, *, number: str, reason: str) -> None: ...

    def credit(self, note: Document, *, invoice: str, key: str) -> str:
        """Makes a credit note known; `invoice` is their id of the one that it corrects."""

    def record_payment(self, settlement: Settlement, *, key: str) -> str: ...

    def take_back(self, settlement: Settlement, *, external_id: str, key: str) -> str: ...

    def payments_since(
        self, since: datetime | None, *, contacts: Sequence[str]
    ) -> Sequence[TheirPayment]:
        """Money that arrived there, ours included; what was read before may come again."""
