"""Taking numbers and issuing receipt vouchers."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from accounts.companies.models import Company
from billing.documents.models import Receipt, Series
from billing.documents.rendering.content import ReceiptContent
from features.queries import value

NUMBER_DIGITS = 6
PREFIX_SETTINGS = {
    Series.Kind.INVOICE: "series_prefix_invoice",
    Series.Kind.CREDIT_NOTE: "series_prefix_credit_note",
    Series.Kind.RECEIPT: "series_prefix_receipt",
    Series.Kind.TOP_UP_INVOICE: "series_prefix_top_up_invoice",
}

# In: kind, prefix, how many. Out: the first of them. The row stays locked until the commit, so
# that a transaction that fails gives its numbers back before anybody else gets higher ones.
_TAKE_NUMBERS = """
    INSERT INTO document_series AS series (kind, prefix, next_number)
    VALUES (%(kind)s, %(prefix)s, 1 + %(count)s)
    ON CONFLICT (kind) DO UPDATE
    SET next_number = series.next_number + %(count)s, prefix = excluded.prefix
    RETURNING next_number - %(count)s
"""


def take_numbers(kind: Series.Kind, *, count: int, at: datetime) -> list[str]:
    """The next `count` numbers of a series, without a gap.

    Only in the transaction that issues the documents, and late in it: whoever else issues of this
    series waits until it ends. The prefix is the one that the settings have at `at`.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Numbers are taken in the transaction that issues the documents.")
    prefix = str(value(PREFIX_SETTINGS[kind], at=at))
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_NUMBERS, {"kind": kind, "prefix": prefix, "count": count})
        first = int(cursor.fetchone()[0])
    return [f"{prefix}{number:0{NUMBER_DIGITS}d}" for number in range(first, first + count)]


def issue_receipt(company: Company, *, content: ReceiptContent) -> Receipt:
    """A frozen receipt voucher; its number was taken in this transaction."""
    return Receipt.objects.create(
        company=company,
        number=content.number,
        issued_at=content.issued_at,
        amount=content.amount,
        currency=content.currency,
        content=content.to_json(),
    )
