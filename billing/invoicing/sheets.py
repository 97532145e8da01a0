"""One invoice as a workbook, from what was frozen."""

from __future__ import annotations

from billing.documents.rendering.content import InvoiceContent
from billing.documents.rendering.invoice_table import invoice_xlsx as workbook
from billing.invoicing.models import Invoice


def invoice_xlsx(invoice: Invoice) -> bytes:
    """Facts and lines of the document as it was issued."""
    return b"".join(workbook(InvoiceContent.from_json(invoice.content)))
