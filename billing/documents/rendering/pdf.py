"""PDF documents by Typst, in process, with one compiler kept for all of them (docs/documents.md).

A document is PDF/A-3b, with factur-x.xml inside for invoices and credit notes. A letter that no
bundled font has makes PDF/A impossible; then the document is a plain PDF and says so in `warnings`:
better that than no invoice.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime

import typst

from billing.documents.rendering.content import (
    InvoiceContent,
    Look,
    ReceiptContent,
    StatementContent,
    TopUpContent,
)
from billing.documents.rendering.einvoice import einvoice_xml
from billing.documents.rendering.einvoice_rules import broken_rules
from billing.documents.rendering.facturx import declare_facturx
from billing.documents.rendering.frozen import Json
from billing.documents.rendering.invoice_layout import invoice_layout
from billing.documents.rendering.logos import flaw_of_logo, framed_logo
from billing.documents.rendering.receipt_layout import receipt_layout
from billing.documents.rendering.statement_layout import statement_layout
from billing.documents.rendering.top_up_layout import top_up_layout
from billing.documents.rendering.typesetting import (
    ARCHIVAL,
    PLAIN,
    compile_pages,
    compile_pdf,
    template_files,
)

PREVIEW_PIXELS_PER_INCH = 110
MOST_PREVIEW_PAGES = 3
Content = InvoiceContent | ReceiptContent | TopUpContent | StatementContent


@dataclass(frozen=True, slots=True)
class RenderedPdf:
    """`is_archival`: PDF/A-3b. `warnings`: what a person should mend, in sentences."""

    content: bytes
    is_archival: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderedPages:
    """PNG pictures of the first pages, how many pages there are, and what should be mended."""

    pages: tuple[bytes, ...]
    count: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One document on its way to Typst: a template, its data and the files that go with it."""

    template: str
    data: dict[str, Json]
    logo: bytes | None
    look: Look
    issued_at: datetime
    xml: bytes | None = None


def render_invoice_pdf(content: InvoiceContent) -> RenderedPdf:
    """An invoice or credit note with its EN 16931 XML inside (Factur-X)."""
    rendered = render(replace(invoice_sheet(content), xml=einvoice_xml(content)))
    pdf = declare_facturx(rendered.content) if rendered.is_archival else rendered.content
    return RenderedPdf(pdf, rendered.is_archival, rendered.warnings + broken_rules(content))


def render_receipt_pdf(content: ReceiptContent) -> RenderedPdf:
    return render(sheet_of(content))


def render_top_up_pdf(content: TopUpContent) -> RenderedPdf:
    """No XML goes with it: it is no tax invoice."""
    return render(sheet_of(content))


def render_statement_pdf(content: StatementContent) -> RenderedPdf:
    return render(sheet_of(content))


def render_pages(content: Content) -> RenderedPages:
    """Its first pages as pictures, for a look at it; raise TypstError when it cannot be made."""
    sheet = sheet_of(content)
    flaw = flaw_of_logo(sheet.logo) if sheet.logo else ""
    files = sheet_files(sheet, logo=None if flaw else sheet.logo)
    pages = compile_pages(files, pixels_per_inch=PREVIEW_PIXELS_PER_INCH, at=sheet.issued_at)
    return RenderedPages(tuple(pages[:MOST_PREVIEW_PAGES]), len(pages), (flaw,) if flaw else ())


def pdf_of(content: Content) -> RenderedPdf:
    """The document of whatever kind."""
    return (
        render_invoice_pdf(content)
        if isinstance(content, InvoiceContent)
        else render(sheet_of(content))
    )


def sheet_of(content: Content) -> Sheet:
    match content:
        case InvoiceContent():
            return invoice_sheet(content)
        case ReceiptContent():
            template, data = "facts.typ", receipt_layout(content)
        case TopUpContent():
            template, data = "facts.typ", top_up_layout(content)
        case StatementContent():
            template, data = "statement.typ", statement_layout(content)
    return Sheet(
        template=template,
        data=data,
        logo=content.seller.logo,
        look=content.look,
        issued_at=content.issued_at,
    )


def invoice_sheet(content: InvoiceContent) -> Sheet:
    return Sheet(
        template="invoice.typ",
        data=invoice_layout(content),
        logo=content.seller.logo,
        look=content.look,
        issued_at=content.issued_at,
    )


def render(sheet: Sheet) -> RenderedPdf:
    """Archival if every letter can be drawn, else plain; with the logo if that can be drawn.

    Raise TypstError when not even the plain document can be made.
    """
    flaw = flaw_of_logo(sheet.logo) if sheet.logo else ""
    files = sheet_files(sheet, logo=None if flaw else sheet.logo)
    warnings = (flaw,) if flaw else ()
    try:
        pdf = compile_pdf(files, standard=ARCHIVAL, at=sheet.issued_at)
    except typst.TypstError as error:
        plain = compile_pdf(files, standard=PLAIN, at=sheet.issued_at)
        return RenderedPdf(plain, is_archival=False, warnings=(*warnings, error.message))
    return RenderedPdf(pdf, is_archival=True, warnings=warnings)


def sheet_files(sheet: Sheet, *, logo: bytes | None) -> dict[str, bytes]:
    parts = {
        "logo": bool(logo),
        "xml": bool(sheet.xml),
        "layout": sheet.look.layout,
        "accent": sheet.look.accent,
    }
    files = {
        "main.typ": template_files()[sheet.template],
        "data.json": json.dumps(sheet.data).encode("ascii"),
        "parts.json": json.dumps(parts).encode("ascii"),
    }
    if logo:
        files["logo.svg"] = framed_logo(logo)
    if sheet.xml:
        files["factur-x.xml"] = sheet.xml
    return files
