"""Reading documents, and the parties that stand on new ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import QuerySet

from accounts.companies.models import Company
from billing.documents.models import Receipt
from billing.documents.rendering.content import Look, Party, ReceiptContent
from billing.documents.rendering.pdf import render_receipt_pdf
from billing.money.formatting import locale_of
from features.declarations import FeatureType
from features.queries import value

Read = Callable[[str], FeatureType]


def settings_at(at: datetime) -> Read:
    """Reads the settings that are in force at `at`."""
    return lambda key: value(key, at=at)


def seller(*, at: datetime) -> Party:
    """The provider as the branding settings have it at `at`."""
    return seller_by(settings_at(at))


def look(kind: str, *, language: str, at: datetime) -> Look:
    """How a document of this kind and language looks that is issued at `at`."""
    return look_by(settings_at(at), kind, language=language)


def document_language(company: Company, *, at: datetime) -> str:
    """The language of the company's new documents: its own, unless one is set for all."""
    return language_by(settings_at(at), company)


def seller_by(read: Read) -> Party:
    """The provider as these settings have it."""
    logo = read("branding_logo")
    return Party(
        name=str(read("branding_name")),
        legal_name=str(read("branding_legal_name")),
        address_lines=tuple(str(read("branding_address")).splitlines()),
        city=str(read("branding_city")),
        postal_code=str(read("branding_postal_code")),
        country=str(read("branding_country")),
        tax_id=str(read("branding_tax_id")),
        registration_number=str(read("branding_registration_number")),
        email=str(read("branding_email")),
        logo=logo if isinstance(logo, bytes) else None,
    )


def look_by(read: Read, kind: str, *, language: str) -> Look:
    """The look that these settings give; a text that a language does not have is the English."""
    texts = read(f"document_texts_{kind}")
    said = texts if isinstance(texts, dict) else {}
    spoken = locale_of(language).language

    def text(block: str) -> str:
        return said.get(f"{block}.{spoken}") or said.get(f"{block}.en", "")

    return Look(
        layout=str(read("document_layout")),
        accent=str(read("branding_accent")),
        header=str(read("branding_header")),
        footer=str(read("branding_footer")),
        intro=text("intro"),
        terms=text("terms"),
        closing=text("closing"),
    )


def language_by(read: Read, company: Company) -> str:
    chosen = str(read("document_language"))
    return company.language if chosen == "customer" else chosen


def buyer(company: Company) -> Party:
    """The customer as its company row says now."""
    return Party(
        name=company.name,
        legal_name=company.legal_name,
        address_lines=tuple(company.address.splitlines()),
        city=company.city,
        postal_code=company.postal_code,
        country=str(company.country),
        tax_id=company.tax_id,
        identifier=str(company.pk),
        email=company.email,
    )


def receipts(company: Company) -> QuerySet[Receipt]:
    """The company's receipt vouchers, newest first."""
    return Receipt.objects.filter(company=company)


def receipt_pdf(receipt: Receipt) -> bytes:
    """The voucher as it was issued: drawn from its frozen content."""
    return render_receipt_pdf(ReceiptContent.from_json(receipt.content)).content
