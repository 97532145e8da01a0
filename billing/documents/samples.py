"""A document of each kind about nobody, for a look at the provider's own part of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from billing.documents.queries import Read, look_by, seller_by
from billing.documents.rendering.content import (
    DocumentKind,
    DocumentLine,
    InvoiceContent,
    Party,
    ReceiptContent,
    StatementContent,
    StatementRow,
    TaxLine,
    TopUpContent,
)
from billing.documents.rendering.pdf import Content

CURRENCY = "EUR"
NET, TAX, TOTAL = Decimal("150.00"), Decimal("30.00"), Decimal("180.00")
CUSTOMER = Party(
    name="Example Customer",
    legal_name="Example Customer Ltd",
    address_lines=("12 Sample Street",),
    city="Dublin",
    postal_code="D01 X2Y3",
    country="IE",
    identifier="C-10482",
    email="accounts@customer.example",
)


def sample(kind: str, *, read: Read, language: str, at: datetime) -> Content:
    """A document of this kind as these settings would make it at `at`.

    Raise KeyError for a kind that there is not.
    """
    make = {
        "invoice": _invoice,
        "credit_note": _credit_note,
        "receipt": _receipt,
        "top_up_invoice": _top_up_invoice,
        "statement": _statement,
    }[kind]
    return make(read, language, at)


def _invoice(read: Read, language: str, at: datetime) -> Content:
    return InvoiceContent(
        kind=DocumentKind.INVOICE,
        number=_number(read, "invoice"),
        seller=seller_by(read),
        buyer=CUSTOMER,
        currency=CURRENCY,
        issued_at=at,
        lines=_lines(),
        taxes=_taxes(read),
        subtotal=NET,
        tax_total=TAX,
        total=TOTAL,
        amount_due=TOTAL,
        is_demand=True,
        due_at=at + timedelta(days=14),
        period_start=at - timedelta(days=30),
        period_end=at,
        payment_hint=str(read("bank_details")),
        language=language,
        look=look_by(read, "invoice", language=language),
    )


def _credit_note(read: Read, language: str, at: datetime) -> Content:
    return InvoiceContent(
        kind=DocumentKind.CREDIT_NOTE,
        number=_number(read, "credit_note"),
        seller=seller_by(read),
        buyer=CUSTOMER,
        currency=CURRENCY,
        issued_at=at,
        lines=_lines(),
        taxes=_taxes(read),
        subtotal=NET,
        tax_total=TAX,
        total=TOTAL,
        amount_due=Decimal(0),
        preceding_invoice=_number(read, "invoice"),
        language=language,
        look=look_by(read, "credit_note", language=language),
    )


def _receipt(read: Read, language: str, at: datetime) -> Content:
    return ReceiptContent(
        number=_number(read, "receipt"),
        seller=seller_by(read),
        buyer=CUSTOMER,
        currency=CURRENCY,
        amount=TOTAL,
        issued_at=at,
        received_at=at,
        method="Visa •4242",
        purpose="Recharge of the balance",
        balance_after=TOTAL,
        language=language,
        look=look_by(read, "receipt", language=language),
    )


def _top_up_invoice(read: Read, language: str, at: datetime) -> Content:
    return TopUpContent(
        number=_number(read, "top_up_invoice"),
        seller=seller_by(read),
        buyer=CUSTOMER,
        currency=CURRENCY,
        amount=TOTAL,
        issued_at=at,
        due_at=at + timedelta(days=14),
        bank_details=str(read("bank_details")),
        takes_cards=True,
        language=language,
        look=look_by(read, "top_up_invoice", language=language),
    )


def _statement(read: Read, language: str, at: datetime) -> Content:
    day = timedelta(days=1)
    return StatementContent(
        seller=seller_by(read),
        buyer=CUSTOMER,
        currency=CURRENCY,
        from_date=(at - 30 * day).date(),
        to_date=at.date(),
        opening=Decimal("20.00"),
        closing=Decimal("200.00"),
        rows=(
            StatementRow(
                occurred_at=at - 9 * day,
                description="Payment",
                amount=TOTAL,
                balance=Decimal("200.00"),
                document=_number(read, "receipt"),
            ),
        ),
        issued_at=at,
        language=language,
        look=look_by(read, "statement", language=language),
    )


def _number(read: Read, kind: str) -> str:
    return str(read(f"series_prefix_{kind}")) + "000123"


def _taxes(read: Read) -> tuple[TaxLine, ...]:
    return (TaxLine(name=str(read("tax_name")), percent=Decimal(20), net=NET, amount=TAX),)


def _lines() -> tuple[DocumentLine, ...]:
    """100.00 of data and 50.00 of fees."""
    return (
        DocumentLine(
            description="Data in Germany",
            quantity=Decimal(8000),
            unit_price=Decimal("0.0125"),
            amount=Decimal("100.00"),
            tax_rate=Decimal(20),
            unit="MB",
            service="Data",
            plan="Europe",
        ),
        DocumentLine(
            description="Monthly fee",
            quantity=Decimal(25),
            unit_price=Decimal("2.00"),
            amount=Decimal("50.00"),
            tax_rate=Decimal(20),
            service="Data",
            plan="Europe",
        ),
    )
