"""What a document says: frozen facts, in plain Python, the only input of everything in this folder.

Amounts are rounded to the currency's minor unit already; unit prices and quantities are exact.
Texts are in the document's language, except units, which are codes (see labels).
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from billing.documents.rendering.frozen import Frozen


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class TaxCategory(StrEnum):
    """VAT categories of EN 16931 (UNTDID 5305)."""

    STANDARD = "S"
    ZERO_RATED = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    OUTSIDE_SCOPE = "O"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party(Frozen):
    """Seller or buyer as they were on the day of issue.

    `name` is what people call it, `legal_name` what the register says when that differs.
    `country` is ISO 3166-1 alpha-2; a `tax_id` that starts with a country code is a VAT number,
    any other is a national tax number. `identifier` is the customer number (buyer) or any
    identifier of the seller. `logo` is PNG, JPEG, GIF, WebP or SVG.
    """

    name: str
    legal_name: str = ""
    address_lines: tuple[str, ...] = ()
    city: str = ""
    postal_code: str = ""
    region: str = ""
    country: str = ""
    tax_id: str = ""
    registration_number: str = ""
    identifier: str = ""
    email: str = ""
    logo: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine(Frozen):
    """One line. `amount` is net and in minor units' precision; `quantity`, `included` (allowance
    used, not billed) and `unit_price` count in `unit`, a unit code of the plan (`MB`, `1k_tokens`).

    Lines of the same `service` and `plan` stand together under one heading. Without a category the
    line has that of the tax line with its rate. Where prices include tax, `gross` and
    `gross_unit_price` are what people read, and `unit_price` is net of them.
    """

    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    tax_rate: Decimal
    unit: str = ""
    included: Decimal = Decimal(0)
    service: str = ""
    plan: str = ""
    subject: str = ""
    period_label: str = ""
    tax_category: TaxCategory | None = None
    gross: Decimal | None = None
    gross_unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxLine(Frozen):
    """Tax of one rate, worked out once on the sum of its lines."""

    name: str
    percent: Decimal
    net: Decimal
    amount: Decimal
    category: TaxCategory = TaxCategory.STANDARD
    exemption_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(Frozen):
    """How the provider's documents looked and spoke on the day of issue.

    `layout` is one that we ship, `accent` "#rrggbb" or empty. `intro`, `terms` and `closing` may
    hold names in braces, which the layout of the document fills in from its facts.
    """

    layout: str = "classic"
    accent: str = ""
    header: str = ""
    footer: str = ""
    intro: str = ""
    terms: str = ""
    closing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange(Frozen):
    """An amount of the document in another currency, with the rate that it was worked out by.

    `purpose` is `total`, `tax` or `charged`: what of the document the amount is.
    """

    purpose: str
    amount: Decimal
    amount_currency: str
    base: str
    currency: str
    units_per_base: Decimal
    valid_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceContent(Frozen):
    """An invoice or a credit note.

    On a credit note all amounts are positive and say what is given back. `is_demand` tells the
    demand of a postpaid or flexible customer from the statement of a prepaid one. The period is
    half-open; `time_zone` (IANA) is the one its dates are printed in. `due_at` is the last day.
    """

    kind: DocumentKind
    number: str
    seller: Party
    buyer: Party
    currency: str
    issued_at: datetime
    lines: tuple[DocumentLine, ...]
    taxes: tuple[TaxLine, ...]
    subtotal: Decimal
    tax_total: Decimal
    total: Decimal
    amount_due: Decimal
    paid_from_balance: Decimal = Decimal(0)
    is_demand: bool = False
    preceding_invoice: str = ""
    due_at: datetime | None = None
    period_start: datetime | None = None
    period_end: datetime | None = None
    payment_hint: str = ""
    notes: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    look: Look = Look()
    cost_decimal_points: int = 2
    exchanges: tuple[Exchange, ...] = ()

    @property
    def includes_tax(self) -> bool:
        """Whether its prices include tax."""
        return any(line.gross is not None for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptContent(Frozen):
    """A receipt voucher: this much money came in, this way, for this account.

    `method` reads like "Visa •4242"; `reference` is the gateway's or the bank's id; `purpose` is a
    sentence such as "Automatic recharge".
    """

    number: str
    seller: Party
    buyer: Party
    currency: str
    amount: Decimal
    issued_at: datetime
    received_at: datetime
    method: str
    reference: str = ""
    purpose: str = ""
    balance_after: Decimal | None = None
    charged: Exchange | None = None
    notes: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    look: Look = Look()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUpContent(Frozen):
    """A top-up invoice: a demand for prepayment, no tax invoice; its number is the reference.

    `due_at` is the day to pay by. `bank_details` is empty where no transfer is taken.
    """

    number: str
    seller: Party
    buyer: Party
    currency: str
    amount: Decimal
    issued_at: datetime
    due_at: datetime
    bank_details: str = ""
    takes_cards: bool = False
    language: str = "en"
    time_zone: str = "UTC"
    look: Look = Look()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow(Frozen):
    """One movement: positive raises the balance. `document` is a number, or empty."""

    occurred_at: datetime
    description: str
    amount: Decimal
    balance: Decimal
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementContent(Frozen):
    """A statement of account over whole days, `from_date` to `to_date` inclusive; no number."""

    seller: Party
    buyer: Party
    currency: str
    from_date: date
    to_date: date
    opening: Decimal
    closing: Decimal
    rows: tuple[StatementRow, ...]
    issued_at: datetime
    notes: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    look: Look = Look()
