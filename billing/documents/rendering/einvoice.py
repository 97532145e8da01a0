"""EN 16931 as UN/CEFACT Cross Industry Invoice, the XML that goes into a Factur-X PDF.

The order of elements is that of the schema; BT and BG numbers in comments are the standard's names
for the facts. What the standard demands beyond the schema is checked in einvoice_rules.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring
from zoneinfo import ZoneInfo

from billing.documents.rendering.content import (
    DocumentKind,
    DocumentLine,
    InvoiceContent,
    Party,
    TaxCategory,
    TaxLine,
)
from billing.documents.rendering.invoice_layout import exemption, headline
from billing.documents.rendering.wording import Wording, printable, wording
from billing.money.calc import plain

XML_DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"
PROFILE = "urn:cen.eu:en16931:2017"
RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
for prefix, uri in (("rsm", RSM), ("ram", RAM), ("udt", UDT)):
    register_namespace(prefix, uri)

TYPE_CODES = {DocumentKind.INVOICE: "380", DocumentKind.CREDIT_NOTE: "381"}
# UN/ECE recommendation 20; C62 is "one", for what has no unit of its own.
UNIT_CODES = {
    "byte": "AD",
    "KB": "2P",
    "MB": "4L",
    "GB": "E34",
    "1k_tokens": "MIL",
    "1m_tokens": "MIO",
    "second": "SEC",
    "minute": "MIN",
    "hour": "HUR",
    "day": "DAY",
    "month": "MON",
}
# Codes of the VATEX list; an exemption by national law has none, but a reason in words.
EXEMPTION_CODES = {
    TaxCategory.REVERSE_CHARGE: "VATEX-EU-AE",
    TaxCategory.INTRA_COMMUNITY: "VATEX-EU-IC",
    TaxCategory.EXPORT: "VATEX-EU-G",
    TaxCategory.OUTSIDE_SCOPE: "VATEX-EU-O",
}
GREECE_IN_VAT_NUMBERS = "EL"


def einvoice_xml(content: InvoiceContent) -> bytes:
    words = wording(
        language=content.language, currency=content.currency, time_zone=content.time_zone
    )
    root = Element(f"{{{RSM}}}CrossIndustryInvoice")
    context = SubElement(root, f"{{{RSM}}}ExchangedDocumentContext")
    text(child(context, "GuidelineSpecifiedDocumentContextParameter"), "ID", PROFILE)  # BT-24
    document(SubElement(root, f"{{{RSM}}}ExchangedDocument"), content)
    trade = SubElement(root, f"{{{RSM}}}SupplyChainTradeTransaction")
    taxes = tax_breakdown(content)
    for number, line in enumerate(content.lines, start=1):
        trade_line(child(trade, "IncludedSupplyChainTradeLineItem"), line, number, taxes)
    parties(child(trade, "ApplicableHeaderTradeAgreement"), content, taxes)
    delivery(child(trade, "ApplicableHeaderTradeDelivery"), content.buyer)
    settlement(child(trade, "ApplicableHeaderTradeSettlement"), content, words, taxes)
    return f"{XML_DECLARATION}{tostring(root, encoding='unicode')}".encode()


def document(node: Element, content: InvoiceContent) -> None:
    text(node, "ID", content.number)  # BT-1
    text(node, "TypeCode", TYPE_CODES[content.kind])  # BT-3
    day(child(node, "IssueDateTime"), content.issued_at, content.time_zone)  # BT-2
    if content.notes.strip():
        text(child(node, "IncludedNote"), "Content", content.notes)  # BT-22


def trade_line(node: Element, line: DocumentLine, number: int, taxes: Iterable[TaxLine]) -> None:
    """BG-25. Billed is what no allowance covered; a price is never negative, a quantity may be."""
    billed = line.quantity - line.included
    text(child(node, "AssociatedDocumentLineDocument"), "LineID", str(number))  # BT-126
    product = child(node, "SpecifiedTradeProduct")
    text(product, "Name", line.description or line.plan or line.service)  # BT-153
    details = (line.service, line.plan, line.subject, line.period_label)
    optional(product, "Description", " · ".join(part for part in details if part))  # BT-154
    price = child(child(node, "SpecifiedLineTradeAgreement"), "NetPriceProductTradePrice")
    text(price, "ChargeAmount", plain(abs(line.unit_price)))  # BT-146
    quantity = -billed if line.unit_price < 0 else billed
    delivered = child(node, "SpecifiedLineTradeDelivery")
    code = UNIT_CODES.get(line.unit, "C62")
    text(delivered, "BilledQuantity", plain(quantity), unitCode=code)  # BT-129, BT-130
    charged = child(node, "SpecifiedLineTradeSettlement")
    vat = child(charged, "ApplicableTradeTax")
    category = category_of(line, taxes)
    text(vat, "TypeCode", "VAT")
    text(vat, "CategoryCode", category.value)  # BT-151
    percent(vat, line.tax_rate, category)  # BT-152
    summation = child(charged, "SpecifiedTradeSettlementLineMonetarySummation")
    text(summation, "LineTotalAmount", plain(line.amount))  # BT-131


def parties(node: Element, content: InvoiceContent, taxes: Iterable[TaxLine]) -> None:
    """BG-4 and BG-7. Outside the scope of VAT, VAT numbers must not be told (BR-O-02)."""
    tells_vat = all(tax.category is not TaxCategory.OUTSIDE_SCOPE for tax in taxes)
    for name, who in (("SellerTradeParty", content.seller), ("BuyerTradeParty", content.buyer)):
        trade_party(child(node, name), who)
        if who.tax_id and (tells_vat or tax_scheme(who) != "VA"):
            registration = child(node[-1], "SpecifiedTaxRegistration")
            text(registration, "ID", who.tax_id, schemeID=tax_scheme(who))  # BT-31, 32, 48


def delivery(node: Element, buyer: Party) -> None:
    """BG-15: services are rendered where the buyer is (BR-IC-12)."""
    if buyer.country:
        address = child(child(node, "ShipToTradeParty"), "PostalTradeAddress")
        text(address, "CountryID", buyer.country)  # BT-80


def trade_party(node: Element, who: Party) -> None:
    optional(node, "ID", who.identifier)  # BT-29, BT-46
    text(node, "Name", who.legal_name or who.name)  # BT-27, BT-44
    trading_name = who.name if who.legal_name and who.legal_name != who.name else ""
    if who.registration_number or trading_name:
        organization = child(node, "SpecifiedLegalOrganization")
        optional(organization, "ID", who.registration_number)  # BT-30, BT-47
        optional(organization, "TradingBusinessName", trading_name)  # BT-28, BT-45
    address = child(node, "PostalTradeAddress")
    optional(address, "PostcodeCode", who.postal_code)
    lines = who.address_lines
    for name, line in zip(("LineOne", "LineTwo"), lines, strict=False):
        optional(address, name, line)
    optional(address, "LineThree", ", ".join(lines[2:]))
    optional(address, "CityName", who.city)
    optional(address, "CountryID", who.country)  # BT-40, BT-55
    optional(address, "CountrySubDivisionName", who.region)
    if who.email:
        contact = child(node, "URIUniversalCommunication")
        text(contact, "URIID", who.email, schemeID="EM")  # BT-34, BT-49


def settlement(
    node: Element, content: InvoiceContent, words: Wording, taxes: Iterable[TaxLine]
) -> None:
    text(node, "InvoiceCurrencyCode", content.currency)  # BT-5
    for tax in taxes:
        trade_tax(child(node, "ApplicableTradeTax"), tax, words)
    if content.period_start and content.period_end:
        span = child(node, "BillingSpecifiedPeriod")
        last = content.period_end - timedelta(microseconds=1)
        day(child(span, "StartDateTime"), content.period_start, content.time_zone)  # BT-73
        day(child(span, "EndDateTime"), last, content.time_zone)  # BT-74
    terms = child(node, "SpecifiedTradePaymentTerms")
    text(terms, "Description", payment_terms(content, words))  # BT-20
    if content.due_at:
        day(child(terms, "DueDateDateTime"), content.due_at, content.time_zone)  # BT-9
    summation(child(node, "SpecifiedTradeSettlementHeaderMonetarySummation"), content)
    if content.preceding_invoice:
        reference = child(node, "InvoiceReferencedDocument")
        text(reference, "IssuerAssignedID", content.preceding_invoice)  # BT-25


def trade_tax(node: Element, tax: TaxLine, words: Wording) -> None:
    """BG-23, one breakdown per category and rate."""
    text(node, "CalculatedAmount", plain(tax.amount))  # BT-117
    text(node, "TypeCode", "VAT")
    optional(node, "ExemptionReason", exemption_reason(tax, words))  # BT-120
    text(node, "BasisAmount", plain(tax.net))  # BT-116
    text(node, "CategoryCode", tax.category.value)  # BT-118
    optional(node, "ExemptionReasonCode", EXEMPTION_CODES.get(tax.category, ""))  # BT-121
    percent(node, tax.percent, tax.category)  # BT-119


def summation(node: Element, content: InvoiceContent) -> None:
    """BG-22."""
    text(node, "LineTotalAmount", plain(content.subtotal))  # BT-106
    text(node, "TaxBasisTotalAmount", plain(content.subtotal))  # BT-109
    tax_total = plain(content.tax_total)
    text(node, "TaxTotalAmount", tax_total, currencyID=content.currency)  # BT-110
    text(node, "GrandTotalAmount", plain(content.total))  # BT-112
    text(node, "TotalPrepaidAmount", plain(content.paid_from_balance))  # BT-113
    text(node, "DuePayableAmount", plain(content.amount_due))  # BT-115


def payment_terms(content: InvoiceContent, words: Wording) -> str:
    """Who owes must be told when or how to pay (BR-CO-25)."""
    return content.payment_hint.strip() or headline(content, words)[1]


def exemption_reason(tax: TaxLine, words: Wording) -> str:
    """Standard and zero rates need no reason, and may not have one (BR-S-10, BR-Z-10)."""
    if tax.category in (TaxCategory.STANDARD, TaxCategory.ZERO_RATED):
        return ""
    return exemption(tax, words)


def tax_breakdown(content: InvoiceContent) -> tuple[TaxLine, ...]:
    """An invoice without tax is outside the scope of VAT; the standard wants that said."""
    if content.taxes:
        return content.taxes
    return (
        TaxLine(
            name="VAT",
            percent=Decimal(0),
            net=content.subtotal,
            amount=Decimal(0),
            category=TaxCategory.OUTSIDE_SCOPE,
        ),
    )


def category_of(line: DocumentLine, taxes: Iterable[TaxLine]) -> TaxCategory:
    if line.tax_category is not None:
        return line.tax_category
    same_rate = (tax.category for tax in taxes if tax.percent == line.tax_rate)
    return next(same_rate, TaxCategory.STANDARD)


def tax_scheme(who: Party) -> str:
    """VA for a VAT number (it begins with its country), FC for any other tax number."""
    begins = who.tax_id[:2].upper()
    is_vat = begins.isalpha() and begins in (who.country, GREECE_IN_VAT_NUMBERS)
    return "VA" if is_vat else "FC"


def percent(node: Element, rate: Decimal, category: TaxCategory) -> None:
    if category is not TaxCategory.OUTSIDE_SCOPE:
        text(node, "RateApplicablePercent", plain(rate))


def day(node: Element, at: datetime, time_zone: str) -> None:
    date = at.astimezone(ZoneInfo(time_zone)).strftime("%Y%m%d")
    SubElement(node, f"{{{UDT}}}DateTimeString", format="102").text = date


def child(node: Element, name: str) -> Element:
    return SubElement(node, f"{{{RAM}}}{name}")


def text(node: Element, name: str, value: str, **attributes: str) -> None:
    SubElement(node, f"{{{RAM}}}{name}", attributes).text = printable(value)


def optional(node: Element, name: str, value: str) -> None:
    if value.strip():
        text(node, name, value)
