"""Reading documents, and the parties that stand on new ones."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from accounts.companies.models import Company
from billing.documents.models import Receipt
from billing.documents.rendering.content import Party, ReceiptContent
from billing.documents.rendering.pdf import render_receipt_pdf
from features.queries import value


def seller(*, at: datetime) -> Party:
    """The provider as the branding settings have it at `at`."""
    return Party(
        name=value("branding_name", at=at),
        legal_name=value("branding_legal_name", at=at),
        address_lines=tuple(value("branding_address", at=at).splitlines()),
        city=value("branding_city", at=at),
        postal_code=value("branding_postal_code", at=at),
        country=value("branding_country", at=at),
        tax_id=value("branding_tax_id", at=at),
        registration_number=value("branding_registration_number", at=at),
        email=value("branding_email", at=at),
        logo=value("branding_logo", at=at),
    )


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
