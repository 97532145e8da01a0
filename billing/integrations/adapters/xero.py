"""Xero's accounting API: contacts, invoices, credit notes with their allocations, payments.

Source: https://developer.xero.com/documentation/api/accounting/overview and the OpenAPI in
XeroAPI/Xero-OpenAPI. Access is by client credentials (a custom connection); a token lives for half
an hour and is kept in memory. Each write carries `Idempotency-Key`, which Xero remembers for
minutes only: whatever is made is looked for first, by our number or reference.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import cast

from billing.integrations.adapters import http
from billing.integrations.adapters.base import (
    Contact,
    Denied,
    Document,
    Line,
    Rejected,
    Service,
    Settlement,
    Source,
    TheirPayment,
    Unreachable,
)
from billing.integrations.adapters.http import Json, items, text
from billing.money.calc import plain

WHO = "Xero"
SCOPES = "accounting.transactions accounting.contacts"
# Other treatments have a tax type by their own name.
BY_RATE = frozenset({"standard", "zero_rated"})
PAGE = 100
MOST_PAGES = 1000
# A token is given up so long before it ends; changes are asked for with so much overlap.
EARLY_SECONDS = 60
OVERLAP = timedelta(minutes=5)
_GONE = frozenset({"DELETED", "VOIDED"})
_DATE = re.compile(r"/Date\((-?[0-9]{1,15})(?:[+-][0-9]{4})?\)/", re.ASCII)
_tokens: dict[tuple[str, str], tuple[str, float]] = {}


@dataclass(frozen=True, slots=True)
class XeroAdapter:
    """`tax_types` maps our percentages, and treatments that are none, to Xero's tax types:
    {"20": "OUTPUT2", "reverse_charge": "ECZROUTPUTSERVICES"}. Accounts are codes of the chart."""

    api_url: str
    identity_url: str
    client_id: str
    client_secret: str = field(repr=False)
    tenant: str
    sales_account: str
    payment_account: str
    credit_account: str
    tax_types: Mapping[str, str]
    timeout: float
    follows_services: bool = False
    cancels_invoices: bool = False
    reads_by_contact: bool = False

    def ping(self) -> None:
        self._call("GET", "Contacts", query={"page": "1"})

    def find_contact(self, contact: Contact, *, sent_as: str) -> str:
        found = self._first("Contacts", f'ContactNumber=="{contact.id}"')
        return text(found, "ContactID") if found else ""

    def upsert_contact(self, contact: Contact, *, external_id: str, key: str) -> str:
        body: Json = {
            "ContactNumber": contact.id,
            "Name": contact.name,
            "EmailAddress": contact.email,
            "TaxNumber": contact.tax_id,
            "DefaultCurrency": contact.currency,
            "Addresses": [
                {
                    "AddressType": "STREET",
                    "AddressLine1": contact.address,
                    "City": contact.city,
                    "PostalCode": contact.postal_code,
                    "Country": contact.country,
                }
            ],
        }
        if external_id:
            body["ContactID"] = external_id
        return self._made("POST", "Contacts", body, key=key, name="ContactID")

    def service_status(self, contact: str, status: Service, *, reason: str) -> None:
        """Accounts know no services."""

    def upsert_invoice(self, invoice: Document, *, key: str) -> str:
        found = self._standing("Invoices", {"InvoiceNumbers": invoice.number})
        if found is None:
            body = self._document(invoice) | {
                "Type": "ACCREC",
                "InvoiceNumber": invoice.number,
                "DueDate": invoice.due_on.isoformat(),
            }
            found = self._make("PUT", "Invoices", body, key=key)
        _check_total(found, invoice)
        return _required(found, "InvoiceID")

    def void_invoice(self, external_id: str, *, number: str, reason: str) -> None:
        """Its credit note takes it back, as in our books."""

    def credit(self, note: Document, *, invoice: str, key: str) -> str:
        where = f'CreditNoteNumber=="{note.number}"'
        found = self._standing("CreditNotes", {"where": where})
        if found is None:
            body = self._document(note) | {
                "Type": "ACCRECCREDIT",
                "CreditNoteNumber": note.number,
            }
            found = self._make("PUT", "CreditNotes", body, key=key)
        _check_total(found, note)
        return _required(found, "CreditNoteID")

    def record_payment(self, settlement: Settlement, *, key: str) -> str:
        if settlement.source is Source.CREDIT_NOTE:
            return self._allocate(settlement, key=key)
        where = f'Reference=="{settlement.reference}"'
        found = self._standing("Payments", {"where": where})
        if found is None:
            body: Json = {
                "Invoice": {"InvoiceID": settlement.invoice},
                "Account": {"Code": self._account_for(settlement.source)},
                "Date": settlement.paid_at.astimezone(UTC).date().isoformat(),
                "Amount": plain(settlement.amount),
                "Reference": settlement.reference,
            }
            found = self._make("PUT", "Payments", body, key=key)
        return _required(found, "PaymentID")

    def take_back(self, settlement: Settlement, *, external_id: str, key: str) -> str:
        if settlement.source is Source.CREDIT_NOTE:
            if self._allocation(settlement):
                path = f"CreditNotes/{settlement.credit_note}/Allocations/{external_id}"
                self._call("DELETE", path)
            return external_id
        payment = self._one("Payments", external_id)
        if text(payment, "Status") != "DELETED":
            self._call("POST", f"Payments/{external_id}", json={"Status": "DELETED"}, key=key)
        return external_id

    def payments_since(
        self, since: datetime | None, *, contacts: Sequence[str]
    ) -> Sequence[TheirPayment]:
        query = {"where": 'PaymentType=="ACCRECPAYMENT"'}
        return [
            _their_payment(row)
            for row in self._pages("Payments", query, since=since)
            if text(row, "Status") not in _GONE
        ]

    def _document(self, document: Document) -> Json:
        """Net lines with their share of the tax, which Xero would else round line by line."""
        return {
            "Contact": {"ContactID": document.contact},
            "Date": document.issued_on.isoformat(),
            "LineAmountTypes": "Exclusive",
            "CurrencyCode": document.currency,
            "Status": "AUTHORISED",
            "LineItems": [self._line(line) for line in document.lines],
        }

    def _line(self, line: Line) -> Json:
        rate = plain(line.tax_percent)
        named = f"{rate} %" if line.treatment in BY_RATE else line.treatment
        kind = self.tax_types.get(rate if line.treatment in BY_RATE else line.treatment)
        if kind is None:
            raise Rejected(f"No tax type is set for {named}: add it to XERO_TAX_TYPES.")
        return {
            "Description": line.description,
            "Quantity": "1",
            "UnitAmount": plain(line.amount),
            "LineAmount": plain(line.amount),
            "TaxType": kind,
            "TaxAmount": plain(line.tax),
            "AccountCode": self.sales_account,
        }

    def _account_for(self, source: Source) -> str:
        if source is Source.MONEY:
            return self.payment_account
        if not self.credit_account:
            raise Rejected("No account is set for credits that pay invoices: XERO_CREDIT_ACCOUNT.")
        return self.credit_account

    def _allocate(self, settlement: Settlement, *, key: str) -> str:
        if not settlement.credit_note:
            raise Rejected("The credit note that pays is not in Xero.")
        found = self._allocation(settlement)
        if found is None:
            body: Json = {
                "Invoice": {"InvoiceID": settlement.invoice},
                "Amount": plain(settlement.amount),
                "Date": settlement.paid_at.astimezone(UTC).date().isoformat(),
            }
            path = f"CreditNotes/{settlement.credit_note}/Allocations"
            found = self._make("PUT", path, body, key=key)
        return text(found, "AllocationID")

    def _allocation(self, settlement: Settlement) -> Json | None:
        """What the note pays of the invoice in this amount."""
        note = self._one("CreditNotes", settlement.credit_note)
        for row in items(note.get("Allocations")):
            invoice = cast("Json", row.get("Invoice") or {})
            is_same = text(invoice, "InvoiceID") == settlement.invoice
            if is_same and _decimal(row, "Amount") == settlement.amount:
                return row
        return None

    def _first(self, what: str, where: str) -> Json | None:
        rows = items(self._call("GET", what, query={"where": where}).get(what))
        return rows[0] if rows else None

    def _standing(self, what: str, query: dict[str, str]) -> Json | None:
        """The one that was made before, unless somebody has deleted or voided it."""
        rows = items(self._call("GET", what, query=query).get(what))
        return next((row for row in rows if text(row, "Status") not in _GONE), None)

    def _one(self, what: str, external_id: str) -> Json:
        rows = items(self._call("GET", f"{what}/{external_id}").get(what))
        if not rows:
            raise Rejected(f"Xero has no {external_id} among its {what}.")
        return rows[0]

    def _made(self, method: str, what: str, body: Json, *, key: str, name: str) -> str:
        return _required(self._make(method, what, body, key=key), name)

    def _make(self, method: str, path: str, body: Json, *, key: str) -> Json:
        what = path.rpartition("/")[2]
        rows = items(self._call(method, path, json={what: [body]}, key=key).get(what))
        if not rows:
            raise Unreachable(f"Xero answered without {what}.")
        return rows[0]

    def _pages(
        self, what: str, query: Mapping[str, str], *, since: datetime | None
    ) -> Iterator[Json]:
        headers = {}
        if since is not None:
            headers = {"If-Modified-Since": f"{since.astimezone(UTC) - OVERLAP:%Y-%m-%dT%H:%M:%S}"}
        for page in range(1, MOST_PAGES + 1):
            asked = {**query, "page": str(page), "pageSize": str(PAGE)}
            rows = items(self._call("GET", what, query=asked, headers=headers).get(what))
            yield from rows
            if not rows:
                return
        raise Unreachable(f"Xero has more than {MOST_PAGES} pages of {what}.")

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        json: Json | None = None,
        key: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """One call; a token that has ended meanwhile is asked for once more."""
        fixed = {"Accept": "application/json", **(headers or {})}
        if self.tenant:
            fixed["xero-tenant-id"] = self.tenant
        if key:
            fixed["Idempotency-Key"] = key
        url = f"{self.api_url.rstrip('/')}/api.xro/2.0/{path}"
        for is_fresh in (False, True):
            bearer = {"Authorization": f"Bearer {self._token(is_fresh=is_fresh)}"}
            try:
                answer = http.call(
                    WHO,
                    method,
                    url,
                    timeout=self.timeout,
                    json=json,
                    query=query,
                    headers=fixed | bearer,
                )
            except Denied:
                if is_fresh:
                    raise
                continue
            if answer.status_code == HTTPStatus.NO_CONTENT:
                return {}
            body = http.body_of(WHO, answer)
            if answer.status_code >= HTTPStatus.BAD_REQUEST:
                raise Rejected(_problem(body, answer.status_code))
            return body
        raise Denied("Xero refused two tokens.")

    def _token(self, *, is_fresh: bool) -> str:
        name = (self.identity_url, self.client_id)
        token, ends = _tokens.get(name, ("", 0.0))
        if token and not is_fresh and time.monotonic() < ends:
            return token
        answer = http.call(
            WHO,
            "POST",
            f"{self.identity_url.rstrip('/')}/connect/token",
            timeout=self.timeout,
            form={"grant_type": "client_credentials", "scope": SCOPES},
            basic=(self.client_id, self.client_secret),
        )
        body = http.body_of(WHO, answer)
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise Denied(f"Xero gives no token: {text(body, 'error') or answer.status_code}.")
        token, seconds = _required(body, "access_token"), text(body, "expires_in")
        lives = int(seconds) if seconds.isdecimal() else 0
        _tokens[name] = (token, time.monotonic() + lives - EARLY_SECONDS)
        return token


def _problem(body: Json, status: int) -> str:
    """Xero's own words: those of the element, else of the answer."""
    said = [
        text(error, "Message")
        for element in items(body.get("Elements"))
        for error in items(element.get("ValidationErrors"))
    ]
    message = " ".join(said) or text(body, "Message") or text(body, "Detail") or f"status {status}"
    return f"Xero refused: {message[: http.SHOWN]}"


def _check_total(seen: Json, document: Document) -> None:
    total = _decimal(seen, "Total")
    if total != document.total:
        raise Rejected(
            f"{document.number} comes to {total} in Xero, to {plain(document.total)} here."
        )


def _their_payment(row: Json) -> TheirPayment:
    invoice = cast("Json", row.get("Invoice") or {})
    contact = cast("Json", invoice.get("Contact") or {})
    return TheirPayment(
        id=_required(row, "PaymentID"),
        contact=text(contact, "ContactID"),
        invoice=text(invoice, "InvoiceID"),
        amount=_decimal(row, "Amount"),
        currency=text(invoice, "CurrencyCode"),
        paid_at=_instant(text(row, "Date")),
        reference=text(row, "Reference"),
    )


def _instant(written: str) -> datetime:
    """/Date(1543449600000+0000)/: milliseconds since 1970, in UTC whatever the offset says."""
    found = _DATE.fullmatch(written)
    if found is None:
        raise Unreachable(f"Xero says the date “{written[:40]}”.")
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(found[1]))


def _decimal(row: Json, name: str) -> Decimal:
    written = row.get(name)
    if not isinstance(written, Decimal | int) or isinstance(written, bool):
        raise Unreachable(f"Xero says {name} “{str(written)[:40]}”.")
    return Decimal(written)


def _required(row: Json, name: str) -> str:
    written = text(row, name)
    if not written:
        raise Unreachable(f"Xero answered without {name}.")
    return written
