"""The XML inside: the schema's opinion, the facts by their EN 16931 names, and the rules."""

from dataclasses import replace
from decimal import Decimal
from xml.etree.ElementTree import Element, fromstring

import pytest
from facturx import xml_check_xsd
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.documents.rendering.content import InvoiceContent, Party, TaxCategory, TaxLine
from billing.documents.rendering.einvoice import RAM, RSM, UDT, einvoice_xml
from billing.documents.rendering.einvoice_rules import broken_rules
from tests.billing.documents.examples import (
    BUYER,
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    SELLER,
    SIM_DATA,
    credit_note,
    invoice,
    prepaid,
    token_invoice,
    untaxed,
)

NAMES = {"ram": RAM, "rsm": RSM, "udt": UDT}
DISCOUNT = replace(
    INPUT_TOKENS, quantity=Decimal(1), unit_price=Decimal("-7.09"), amount=Decimal("-7.09")
)
EXAMPLES = {
    "demand": token_invoice(),
    "prepaid statement": prepaid(token_invoice()),
    "credit note": credit_note(token_invoice()),
    "allowance used": invoice(SIM_DATA),
    "discount line": invoice(INPUT_TOKENS, DISCOUNT),
    "odd rate": invoice(INPUT_TOKENS, percent="8.875"),
    "reverse charge": untaxed(token_invoice(), TaxCategory.REVERSE_CHARGE),
    "intra-community": untaxed(token_invoice(), TaxCategory.INTRA_COMMUNITY),
    "export": untaxed(token_invoice(), TaxCategory.EXPORT),
    "exempt": untaxed(token_invoice(), TaxCategory.EXEMPT),
    "zero rated": untaxed(token_invoice(), TaxCategory.ZERO_RATED),
    "no tax": replace(
        untaxed(token_invoice(), TaxCategory.OUTSIDE_SCOPE),
        taxes=(),
        seller=replace(SELLER, identifier="1"),
    ),
}


def is_schema_valid(xml: bytes) -> bool:
    """Raise when the XML breaks the Factur-X EN 16931 schema."""
    return bool(xml_check_xsd(xml, flavor="factur-x", level="en16931"))


def facts(content: InvoiceContent) -> Element:
    return fromstring(einvoice_xml(content))  # noqa: S314  # our own XML


def said(content: InvoiceContent, path: str) -> list[str | None]:
    return [node.text for node in facts(content).findall(f".//{path}", NAMES)]


@pytest.mark.parametrize("content", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_the_xml_is_valid_and_breaks_no_rule(content: InvoiceContent) -> None:
    assert is_schema_valid(einvoice_xml(content))
    assert broken_rules(content) == ()


def test_three_thousand_lines_are_valid() -> None:
    assert is_schema_valid(einvoice_xml(invoice(*[SIM_DATA] * 3000)))


def test_sums_are_told_by_their_names() -> None:
    total = "ram:SpecifiedTradeSettlementHeaderMonetarySummation"
    content = prepaid(token_invoice())
    assert said(content, f"{total}/ram:LineTotalAmount") == ["28.57"]
    assert said(content, f"{total}/ram:TaxBasisTotalAmount") == ["28.57"]
    assert said(content, f"{total}/ram:TaxTotalAmount") == ["5.71"]
    assert said(content, f"{total}/ram:GrandTotalAmount") == ["34.28"]
    assert said(content, f"{total}/ram:TotalPrepaidAmount") == ["34.28"]
    assert said(content, f"{total}/ram:DuePayableAmount") == ["0"]


def test_a_price_per_thousand_tokens_keeps_its_meaning() -> None:
    assert said(token_invoice(), "ram:NetPriceProductTradePrice/ram:ChargeAmount") == [
        "0.0015",
        "0.006",
    ]
    quantities = facts(token_invoice()).findall(".//ram:BilledQuantity", NAMES)
    assert [(node.text, node.get("unitCode")) for node in quantities] == [
        ("18059.974", "MIL"),
        ("245.896", "MIL"),
    ]


def test_what_the_allowance_covered_is_not_billed() -> None:
    assert said(invoice(SIM_DATA), "ram:BilledQuantity") == ["1024.5"]  # 2048.5 − 1024


def test_a_negative_price_is_told_as_a_negative_quantity() -> None:
    content = EXAMPLES["discount line"]
    assert said(content, "ram:ChargeAmount") == ["0.0015", "7.09"]
    assert said(content, "ram:BilledQuantity") == ["18059.974", "-1"]


def test_the_period_is_told_by_its_days_in_the_customers_zone() -> None:
    content = replace(token_invoice(), time_zone="UTC")
    span = "ram:BillingSpecifiedPeriod"
    assert said(content, f"{span}/ram:StartDateTime/udt:DateTimeString") == ["20261101"]
    assert said(content, f"{span}/ram:EndDateTime/udt:DateTimeString") == ["20261130"]
    assert said(content, "ram:DueDateDateTime/udt:DateTimeString") == ["20261216"]


def test_a_credit_note_names_the_invoice_it_corrects() -> None:
    content = credit_note(token_invoice())
    assert said(content, "rsm:ExchangedDocument/ram:TypeCode") == ["381"]
    assert said(content, "ram:InvoiceReferencedDocument/ram:IssuerAssignedID") == [
        "INV-2026-000123"
    ]


@pytest.mark.parametrize(
    ("tax_id", "country", "scheme"),
    [("DE123456789", "DE", "VA"), ("EL123456789", "GR", "VA"), ("12-3456789", "US", "FC")],
)
def test_a_vat_number_is_told_from_a_national_tax_number(
    tax_id: str, country: str, scheme: str
) -> None:
    seller = replace(SELLER, tax_id=tax_id, country=country)
    registrations = facts(replace(token_invoice(), seller=seller)).findall(
        ".//ram:SellerTradeParty/ram:SpecifiedTaxRegistration/ram:ID", NAMES
    )
    assert [node.get("schemeID") for node in registrations] == [scheme]


def test_outside_the_scope_of_vat_no_vat_number_is_told() -> None:
    assert said(EXAMPLES["no tax"], "ram:SpecifiedTaxRegistration/ram:ID") == []
    assert said(EXAMPLES["no tax"], "ram:ExemptionReason") == ["Not subject to tax"]


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1), st.text())
def test_any_name_gives_valid_xml(name: str, note: str) -> None:
    buyer = replace(BUYER, name=name, legal_name="")
    assert is_schema_valid(einvoice_xml(replace(token_invoice(), buyer=buyer, notes=note)))


def test_markup_in_a_name_stays_a_name() -> None:
    buyer = replace(BUYER, legal_name="</ram:Name>&<script>\x00")
    assert "</ram:Name>&<script>" in said(replace(token_invoice(), buyer=buyer), "ram:Name")


VAT = TaxLine(name="VAT", percent=Decimal(20), net=Decimal("28.57"), amount=Decimal("5.71"))
BROKEN = {
    "BR-16": replace(token_invoice(), lines=()),
    "BR-CO-10": replace(token_invoice(), lines=(INPUT_TOKENS,)),
    "BR-CO-14": replace(token_invoice(), taxes=(replace(VAT, amount=Decimal("5.72")),)),
    "BR-CO-15": replace(token_invoice(), total=Decimal("34.29")),
    "BR-CO-16": replace(token_invoice(), amount_due=Decimal("34.27")),
    "BR-CO-17": replace(token_invoice(), taxes=(replace(VAT, amount=Decimal("5.70")),)),
    "BR-S-08": replace(token_invoice(), taxes=(replace(VAT, net=Decimal("28.56")),)),
    "BR-S-05": replace(token_invoice(), taxes=(replace(VAT, percent=Decimal(0)),)),
    "BR-S-02": replace(token_invoice(), seller=replace(SELLER, tax_id="")),
    "BR-AE-02": replace(
        untaxed(token_invoice(), TaxCategory.REVERSE_CHARGE), buyer=replace(BUYER, tax_id="")
    ),
    "BR-CO-26": replace(token_invoice(), seller=Party(name="Tollgate", country="DE")),
    "BR-09": replace(token_invoice(), seller=replace(SELLER, country="")),
    "BR-11": replace(token_invoice(), buyer=replace(BUYER, country="")),
    "BR-DEC": invoice(replace(INPUT_TOKENS, amount=Decimal("27.091")), currency="KWD"),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_named(rule: str) -> None:
    assert any(sentence.startswith(f"{rule}:") for sentence in broken_rules(BROKEN[rule]))


def test_yen_tax_is_right_within_half_a_yen() -> None:
    line = replace(OUTPUT_TOKENS, amount=Decimal(12345), tax_rate=Decimal(10))
    content = replace(
        invoice(line, percent="10", currency="JPY"),
        taxes=(
            TaxLine(name="消費税", percent=Decimal(10), net=Decimal(12345), amount=Decimal(1234)),
        ),
        tax_total=Decimal(1234),
        total=Decimal(13579),
        amount_due=Decimal(13579),
    )
    assert broken_rules(content) == ()
