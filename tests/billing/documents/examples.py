"""Facts of documents for the tests of this folder, each with the figures in sight."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from billing.documents.rendering.content import (
    DocumentKind,
    DocumentLine,
    InvoiceContent,
    Party,
    ReceiptContent,
    StatementContent,
    StatementRow,
    TaxCategory,
    TaxLine,
    TopUpContent,
)

ISSUED = datetime(2026, 12, 2, 8, tzinfo=UTC)
SELLER = Party(
    name="Tollgate Networks",
    legal_name="Tollgate Networks GmbH",
    address_lines=("Torstraße 105",),
    postal_code="10119",
    city="Berlin",
    country="DE",
    tax_id="DE123456789",
    email="billing@tollgate.example",
)
BUYER = Party(
    name="Globex Robotics",
    legal_name="Globex Robotics B.V.",
    address_lines=("Keizersgracht 241", "3rd floor"),
    postal_code="1016 EA",
    city="Amsterdam",
    country="NL",
    tax_id="NL123456789B01",
    identifier="C-10482",
)
INPUT_TOKENS = DocumentLine(
    service="Language models",
    plan="Token metering",
    description="Input tokens",
    subject="llm-gateway",
    quantity=Decimal("18059.974"),
    unit="1k_tokens",
    unit_price=Decimal("0.0015"),
    amount=Decimal("27.09"),
    tax_rate=Decimal(20),
)
OUTPUT_TOKENS = replace(
    INPUT_TOKENS,
    description="Output tokens",
    quantity=Decimal("245.896"),
    unit_price=Decimal("0.0060"),
    amount=Decimal("1.48"),
)
SIM_DATA = DocumentLine(
    service="SIM data",
    plan="Global PAYGO",
    description="Data in Germany",
    subject="8944 5000 0000 1234 567",
    quantity=Decimal("2048.5"),
    included=Decimal(1024),
    unit="MB",
    unit_price=Decimal("0.01"),
    amount=Decimal("10.25"),
    tax_rate=Decimal(20),
)


def invoice(*lines: DocumentLine, percent: str = "20", currency: str = "USD") -> InvoiceContent:
    """A postpaid demand for these lines, all at one rate, taxed to two decimals."""
    lines = tuple(replace(line, tax_rate=Decimal(percent)) for line in lines)
    net = sum((line.amount for line in lines), Decimal(0))
    tax = round(net * Decimal(percent) / 100, 2)
    return InvoiceContent(
        kind=DocumentKind.INVOICE,
        number="INV-2026-000123",
        seller=SELLER,
        buyer=BUYER,
        currency=currency,
        issued_at=ISSUED,
        lines=lines,
        taxes=(TaxLine(name="VAT", percent=Decimal(percent), net=net, amount=tax),),
        subtotal=net,
        tax_total=tax,
        total=net + tax,
        amount_due=net + tax,
        is_demand=True,
        due_at=datetime(2026, 12, 16, 12, tzinfo=UTC),
        period_start=datetime(2026, 11, 1, tzinfo=UTC),
        period_end=datetime(2026, 12, 1, tzinfo=UTC),
    )


def token_invoice() -> InvoiceContent:
    """27.09 + 1.48 = 28.57, 20 % tax 5.71, total 34.28."""
    return invoice(INPUT_TOKENS, OUTPUT_TOKENS)


def prepaid(content: InvoiceContent) -> InvoiceContent:
    """The same as the statement of a prepaid customer whose balance covered it."""
    return replace(
        content,
        is_demand=False,
        due_at=None,
        paid_from_balance=content.total,
        amount_due=Decimal(0),
    )


def credit_note(content: InvoiceContent) -> InvoiceContent:
    return replace(
        prepaid(content),
        kind=DocumentKind.CREDIT_NOTE,
        number="CN-2026-000007",
        preceding_invoice=content.number,
        paid_from_balance=Decimal(0),
        amount_due=content.total,
        notes="Usage of 14 November was counted twice.",
    )


def untaxed(content: InvoiceContent, category: TaxCategory) -> InvoiceContent:
    """The same lines at 0 % for the reason that the category names."""
    tax = TaxLine(
        name="VAT", percent=Decimal(0), net=content.subtotal, amount=Decimal(0), category=category
    )
    return replace(
        content,
        lines=tuple(replace(line, tax_rate=Decimal(0)) for line in content.lines),
        taxes=(tax,),
        tax_total=Decimal(0),
        total=content.subtotal,
        amount_due=content.subtotal,
    )


RECEIPT = ReceiptContent(
    number="RCT-2026-000481",
    seller=SELLER,
    buyer=BUYER,
    currency="USD",
    amount=Decimal("475.00"),
    issued_at=ISSUED,
    received_at=ISSUED,
    method="Visa •4242",
    reference="pi_3PqLx2eZvKYlo2C1nW0v",
    purpose="Automatic recharge",
    balance_after=Decimal(500),
)
TOP_UP = TopUpContent(
    number="TU-000017",
    seller=SELLER,
    buyer=BUYER,
    currency="USD",
    amount=Decimal(300),
    issued_at=ISSUED,
    due_at=ISSUED + timedelta(days=5),
    bank_details="Bank of Examples · IBAN IE29 AIBK 9311 5212 3456 78\nBIC AIBKIE2D",
    takes_cards=True,
)
STATEMENT = StatementContent(
    seller=SELLER,
    buyer=BUYER,
    currency="USD",
    from_date=date(2026, 11, 1),
    to_date=date(2026, 11, 30),
    opening=Decimal(120),
    closing=Decimal("566.43"),
    rows=(
        StatementRow(
            occurred_at=datetime(2026, 11, 3, tzinfo=UTC),
            description="Usage",
            document="INV-2026-000123",
            amount=Decimal("-28.57"),
            balance=Decimal("91.43"),
        ),
        StatementRow(
            occurred_at=datetime(2026, 11, 4, tzinfo=UTC),
            description="Automatic recharge",
            document="RCT-2026-000481",
            amount=Decimal(475),
            balance=Decimal("566.43"),
        ),
    ),
    issued_at=ISSUED,
)
