"""All that is kept of a company and its people, as a ZIP of JSON and CSV.

One table of what goes in: a folder above adds its own with `also_export`.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet

from accounts.access.queries import api_keys
from accounts.audit.models import AuditRecord
from accounts.companies.models import Company
from accounts.notifications.models import Mail
from accounts.people.models import Invitation, Member
from billing.documents.models import Receipt
from billing.documents.rendering.tables import defused
from billing.invoicing.models import Invoice
from billing.ledger.models import Leg
from billing.metering.models import Charge
from billing.onboarding.models import Closing, SignUp
from billing.payments.models import Payment, PaymentMethod, Refund
from billing.profiles.models import BillingProfile
from billing.subscriptions.models import Subscription

IN_MEMORY_BYTES = 8 * 1024 * 1024
ROWS_AT_ONCE = 2000
README = """Everything that is kept of {name}, as of {at}.

company.json, profile.json, sign_up.json, closing.json: one row each
*.csv: one file for each kind of row, times in UTC
documents.json: invoices, credit notes and receipts with the content that they were printed from
"""

Rows = Callable[[Company], "QuerySet[Any]"]


@dataclass(frozen=True)
class Table:
    """A CSV of the archive: which rows, and which of their columns."""

    name: str
    rows: Rows
    columns: tuple[str, ...]


TABLES: list[Table] = [
    Table(
        "people",
        lambda company: Member.objects.filter(company=company),
        ("user__email", "user__first_name", "user__last_name", "role", "joined_at"),
    ),
    Table(
        "invitations",
        lambda company: Invitation.objects.filter(company=company),
        ("email", "role", "invited_by", "invited_at", "accepted_at", "withdrawn_at"),
    ),
    Table(
        "api_keys",
        lambda company: api_keys(company.pk),
        ("name", "prefix", "created_by", "created_at", "last_used_at", "revoked_at"),
    ),
    Table(
        "cards",
        lambda company: PaymentMethod.objects.filter(company=company),
        ("brand", "last4", "exp_month", "exp_year", "added_at", "removed_at"),
    ),
    Table(
        "payments",
        lambda company: Payment.objects.filter(company=company),
        (
            "id",
            "purpose",
            "method",
            "amount",
            "amount_currency",
            "status",
            "reference",
            "failure_message",
            "by",
            "created_at",
            "received_at",
        ),
    ),
    Table(
        "refunds",
        lambda company: Refund.objects.filter(payment__company=company),
        ("id", "payment_id", "amount", "amount_currency", "reason", "status", "created_at"),
    ),
    Table(
        "subscriptions",
        lambda company: Subscription.objects.filter(company=company),
        ("id", "plan__name", "subject", "status", "starts_at", "ends_at"),
    ),
    Table(
        "charges",
        lambda company: Charge.objects.filter(company=company),
        ("id", "kind", "subject", "country", "started_at", "quantity", "amount", "tax", "label"),
    ),
    Table(
        "transactions",
        lambda company: Leg.objects.filter(account__company=company),
        (
            "entry__at",
            "account__kind",
            "account__currency",
            "amount",
            "balance_after",
            "entry__kind",
            "entry__description",
            "entry__by",
            "entry__document",
        ),
    ),
    Table(
        "mails",
        lambda company: Mail.objects.filter(company=company),
        ("to", "kind", "subject", "text", "created_at"),
    ),
    Table(
        "acts",
        lambda company: AuditRecord.objects.filter(company=company),
        ("at", "actor", "action", "target", "before", "after", "reason", "address"),
    ),
]


def also_export(table: Table) -> None:
    """Rows of a folder above this one that belong into the archive."""
    TABLES.append(table)


def company_archive(company: Company, *, at: datetime) -> IO[bytes]:
    """The archive, at its beginning; large ones are on disk, not in memory."""
    file: IO[bytes] = SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 - the answer closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README.format(name=company.name, at=at.isoformat()))
        for name, rows in _single(company).items():
            archive.writestr(f"{name}.json", _json(rows.values().first()))
        for table in TABLES:
            _write(archive, table, company)
        archive.writestr("documents.json", _json(_documents(company)))
    file.seek(0)
    return file


def _single(company: Company) -> dict[str, QuerySet[Any]]:
    return {
        "company": Company.objects.filter(pk=company.pk),
        "profile": BillingProfile.objects.filter(pk=company.pk),
        "sign_up": SignUp.objects.filter(pk=company.pk),
        "closing": Closing.objects.filter(pk=company.pk),
    }


def _documents(company: Company) -> list[dict[str, Any]]:
    invoices = Invoice.objects.filter(company=company).order_by("id")
    receipts = Receipt.objects.filter(company=company).order_by("id")
    columns = ("number", "kind", "status", "issued_at", "content")
    return [
        *(dict(row) for row in invoices.values(*columns)),
        *(dict(row) for row in receipts.values("number", "issued_at", "content")),
    ]


def _write(archive: zipfile.ZipFile, table: Table, company: Company) -> None:
    rows = table.rows(company).order_by("pk").values_list(*table.columns)
    with archive.open(f"{table.name}.csv", "w") as raw:
        text = io.TextIOWrapper(raw, "utf-8", newline="", write_through=True)
        writer = csv.writer(text)
        writer.writerow([column.replace("__", "_") for column in table.columns])
        writer.writerows(_cells(row) for row in rows.iterator(chunk_size=ROWS_AT_ONCE))
        text.detach()


def _cells(row: Iterable[object]) -> list[str]:
    return [_cell(value) for value in row]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return defused(_json(value) if isinstance(value, dict | list) else str(value))


def _json(value: object) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
