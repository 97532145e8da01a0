"""WHMCS over its HTTP API: `includes/api.php` with identifier and secret.

Source: https://developers.whmcs.com/api-reference/. WHMCS has no idempotency keys, so each thing
made there carries ours, and is looked for before it is made: an invoice our number in the first
line of its notes, a transaction our reference as its `transid`, a client its e-mail address.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from http import HTTPStatus

from billing.integrations.adapters import http
from billing.integrations.adapters.base import (
    Contact,
    Denied,
    Document,
    Rejected,
    Service,
    Settlement,
    Source,
    TheirPayment,
    Unreachable,
)
from billing.integrations.adapters.http import Json, items, text
from billing.money.calc import minor_digits, plain

WHO = "WHMCS"
PAGE = 100
MOST_PAGES = 1000
DECIMALS = 2
# Suspensions that this side made, and may lift again, begin so.
MARK = "Tollgate"
STATUSES = {
    Service.ACTIVE: "Active",
    Service.SUSPENDED: "Suspended",
    Service.TERMINATED: "Terminated",
}
_LIVING = frozenset({"Active", "Suspended"})
_DENIED_WORDS = ("invalid or missing credentials", "authentication failed", "invalid ip")


@dataclass(frozen=True, slots=True)
class WhmcsAdapter:
    """`method` is the WHMCS system name of the gateway that money received here is shown under;
    `products` the product ids whose services follow, all when empty."""

    url: str
    identifier: str
    secret: str = field(repr=False)
    method: str
    products: frozenset[str]
    timeout: float
    follows_services: bool = True
    cancels_invoices: bool = True
    reads_by_contact: bool = True

    def ping(self) -> None:
        self._call("GetCurrencies")

    def find_contact(self, contact: Contact, *, sent_as: str) -> str:
        for email in dict.fromkeys((sent_as, contact.email)):
            for row in self._pages("GetClients", "clients", "client", search=email):
                if email and text(row, "email").casefold() == email.casefold():
                    self._check_currency(text(row, "id"), contact.currency)
                    return text(row, "id")
        return ""

    def upsert_contact(self, contact: Contact, *, external_id: str, key: str) -> str:
        fields = _contact_fields(contact)
        if external_id:
            self._call("UpdateClient", clientid=external_id, **fields)
            return external_id
        made = self._call(
            "AddClient",
            **fields,
            currency=self._currency_id(contact.currency),
            password2=secrets.token_urlsafe(24),
            noemail="true",
        )
        return _required(made, "clientid")

    def service_status(self, contact: str, status: Service, *, reason: str) -> None:
        """Services that somebody suspended in WHMCS for another reason stay so."""
        for row in self._pages("GetClientsProducts", "products", "product", clientid=contact):
            now, wanted = text(row, "status"), STATUSES[status]
            if now == wanted or now not in _LIVING or not self._follows(text(row, "pid")):
                continue
            if status is Service.ACTIVE and not text(row, "suspensionreason").startswith(MARK):
                continue
            why = f"{MARK}: {reason}" if status is not Service.ACTIVE else ""
            self._call(
                "UpdateClientProduct", serviceid=text(row, "id"), status=wanted, suspendreason=why
            )

    def upsert_invoice(self, invoice: Document, *, key: str) -> str:
        found = self._find_invoice(invoice)
        if not found:
            found = _required(self._call("CreateInvoice", **_invoice_fields(invoice)), "invoiceid")
        self._check_total(found, invoice)
        return found

    def void_invoice(self, external_id: str, *, number: str, reason: str) -> None:
        notes = f"{_mark_of(number)}\nVoided in {MARK}: {reason}"
        self._call("UpdateInvoice", invoiceid=external_id, status="Cancelled", notes=notes)

    def credit(self, note: Document, *, invoice: str, key: str) -> str:
        """WHMCS has no credit notes: the credited invoice names it, and what it pays shows as
        credit on the invoice that it pays (`record_payment`)."""
        if invoice:
            notes = text(self._call("GetInvoice", invoiceid=invoice), "notes")
            line = f"Credited by {note.number}: {plain(note.total, at_least=DECIMALS)}"
            if line not in notes.splitlines():
                self._call("UpdateInvoice", invoiceid=invoice, notes=f"{notes}\n{line}")
        return ""

    def record_payment(self, settlement: Settlement, *, key: str) -> str:
        if settlement.source is not Source.MONEY:
            return self._set_credit(settlement)
        if not self._has_transaction(settlement.reference):
            self._call(
                "AddInvoicePayment",
                invoiceid=settlement.invoice,
                transid=settlement.reference,
                gateway=self.method,
                amount=_amount(settlement.amount, settlement.currency),
                date=f"{settlement.paid_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
                noemail="true",
            )
        return settlement.reference

    def take_back(self, settlement: Settlement, *, external_id: str, key: str) -> str:
        if settlement.source is not Source.MONEY:
            return self._set_credit(settlement)
        if not self._has_transaction(settlement.reference):
            self._call(
                "AddTransaction",
                paymentmethod=self.method,
                userid=settlement.contact,
                invoiceid=settlement.invoice,
                transid=settlement.reference,
                amountout=_amount(settlement.amount, settlement.currency),
                description=f"{MARK}: payment taken back",
            )
        self._call("UpdateInvoice", invoiceid=settlement.invoice, status="Unpaid")
        return settlement.reference

    def payments_since(
        self, since: datetime | None, *, contacts: Sequence[str]
    ) -> Sequence[TheirPayment]:
        """All transactions of these clients: WHMCS gives them in one answer, without dates."""
        return [
            _their_payment(row, contact)
            for contact in contacts
            for row in items(
                self._call("GetTransactions", clientid=contact).get("transactions"), "transaction"
            )
        ]

    def _follows(self, product: str) -> bool:
        return not self.products or product in self.products

    def _find_invoice(self, invoice: Document) -> str:
        mark = _mark_of(invoice.number)
        rows = self._pages(
            "GetInvoices", "invoices", "invoice", userid=invoice.contact, orderby="id", order="asc"
        )
        for row in rows:
            if text(row, "notes").partition("\n")[0].strip() == mark:
                return text(row, "id")
        return ""

    def _check_total(self, external_id: str, invoice: Document) -> None:
        """What WHMCS made of it is what we billed. Credit lowers `total` there."""
        seen = self._call("GetInvoice", invoiceid=external_id)
        total = _decimal(seen, "subtotal") + _decimal(seen, "tax") + _decimal(seen, "tax2")
        if total != invoice.total:
            raise Rejected(
                f"Invoice {external_id} in WHMCS comes to {total}, {invoice.number} to "
                f"{plain(invoice.total, at_least=DECIMALS)}."
            )

    def _set_credit(self, settlement: Settlement) -> str:
        """All credit on the invoice as one figure: sent twice it is the same."""
        credit = _amount(settlement.credit, settlement.currency)
        status = {"status": "Paid" if settlement.is_paid else "Unpaid"}
        self._call("UpdateInvoice", invoiceid=settlement.invoice, credit=credit, **status)
        return ""

    def _has_transaction(self, reference: str) -> bool:
        answer = self._call("GetTransactions", transid=reference)
        rows = items(answer.get("transactions"), "transaction")
        return any(text(row, "transid") == reference for row in rows)

    def _currency_id(self, currency: str) -> str:
        _check_decimals(currency)
        rows = items(self._call("GetCurrencies").get("currencies"), "currency")
        for row in rows:
            if text(row, "code").upper() == currency:
                return text(row, "id")
        raise Rejected(f"WHMCS has no currency {currency}: add it there, then try again.")

    def _check_currency(self, client: str, currency: str) -> None:
        details = self._call("GetClientsDetails", clientid=client)
        nested = details.get("client")
        row: Json = nested if isinstance(nested, dict) else details
        theirs = text(row, "currency_code") or text(details, "currency_code")
        if theirs and theirs.upper() != currency:
            raise Rejected(f"Client {client} in WHMCS is billed in {theirs}, not in {currency}.")

    def _pages(self, action: str, plural: str, single: str, **fields: str) -> Iterator[Json]:
        """All rows of a list. A page may be shorter than was asked for: `totalresults` tells."""
        start = 0
        for _ in range(MOST_PAGES):
            answer = self._call(action, limitstart=str(start), limitnum=str(PAGE), **fields)
            rows = items(answer.get(plural), single)
            yield from rows
            start += len(rows)
            if not rows or start >= _count(answer, "totalresults"):
                return
        raise Unreachable(f"WHMCS has more than {MOST_PAGES} pages of {plural}.")

    def _call(self, action: str, **fields: str) -> Json:
        form = {
            "action": action,
            "identifier": self.identifier,
            "secret": self.secret,
            "responsetype": "json",
            **fields,
        }
        answer = http.call(WHO, "POST", _endpoint(self.url), timeout=self.timeout, form=form)
        body = http.body_of(WHO, answer)
        if text(body, "result") == "success":
            return body
        message = text(body, "message") or "without a message"
        if any(words in message.lower() for words in _DENIED_WORDS):
            raise Denied(f"WHMCS: {message}")
        if text(body, "result") == "error":
            raise Rejected(f"WHMCS refused {action}: {message[: http.SHOWN]}")
        raise Unreachable(f"WHMCS answered {HTTPStatus(answer.status_code)} without a result.")


def _endpoint(url: str) -> str:
    return url if url.endswith(".php") else f"{url.rstrip('/')}/includes/api.php"


def _mark_of(number: str) -> str:
    return f"{MARK} invoice {number}"


def _contact_fields(contact: Contact) -> dict[str, str]:
    """WHMCS wants a first and a last name: the last word of a name, and what stands before it."""
    first, _, last = contact.name.strip().rpartition(" ")
    return {
        "firstname": first or last,
        "lastname": last,
        "companyname": "" if contact.is_individual else contact.name,
        "email": contact.email,
        "address1": contact.address,
        "city": contact.city,
        "state": contact.city,
        "postcode": contact.postal_code,
        "country": contact.country,
        "tax_id": contact.tax_id,
        "notes": f"{MARK} company {contact.id}",
        "skipvalidation": "true",
    }


def _invoice_fields(invoice: Document) -> dict[str, str]:
    """Net lines and a line for the tax of each rate, none of them taxed by WHMCS: it would round
    tax by itself, and its total must be ours to the cent."""
    lines = [(line.description, line.amount) for line in invoice.lines]
    taxes = [(f"{tax.name} {plain(tax.percent)} %", tax.amount) for tax in invoice.taxes]
    reasons = dict.fromkeys(tax.reason for tax in invoice.taxes if tax.reason)
    fields = {
        "userid": invoice.contact,
        "status": "Unpaid" if invoice.total else "Paid",
        "sendinvoice": "0",
        "autoapplycredit": "0",
        "taxrate": "0",
        "taxrate2": "0",
        "date": invoice.issued_on.isoformat(),
        "duedate": invoice.due_on.isoformat(),
        "notes": "\n".join([_mark_of(invoice.number), *reasons]),
    }
    shown = lines + [(name, amount) for name, amount in taxes if amount]
    for index, (description, amount) in enumerate(shown, start=1):
        fields[f"itemdescription{index}"] = description
        fields[f"itemamount{index}"] = _amount(amount, invoice.currency)
        fields[f"itemtaxed{index}"] = "0"
    return fields


def _their_payment(row: Json, contact: str) -> TheirPayment:
    invoice = text(row, "invoiceid")
    return TheirPayment(
        id=_required(row, "id"),
        contact=contact,
        invoice="" if invoice == "0" else invoice,
        amount=_decimal(row, "amountin") - _decimal(row, "amountout"),
        currency="",
        paid_at=_instant(text(row, "date")),
        reference=text(row, "transid"),
    )


def _instant(written: str) -> datetime:
    """WHMCS writes its server's time without a zone: taken as UTC."""
    try:
        return datetime.fromisoformat(written).replace(tzinfo=UTC)
    except ValueError as error:
        raise Unreachable(f"WHMCS says the time “{written[:40]}”.") from error


def _amount(amount: Decimal, currency: str) -> str:
    _check_decimals(currency)
    return plain(amount, at_least=DECIMALS)


def _check_decimals(currency: str) -> None:
    if minor_digits(currency) > DECIMALS:
        raise Rejected(f"WHMCS keeps two decimals, {currency} has {minor_digits(currency)}.")


def _decimal(row: Json, name: str) -> Decimal:
    written = text(row, name) or "0"
    try:
        return Decimal(written)
    except InvalidOperation as error:
        raise Unreachable(f"WHMCS says {name} “{written[:40]}”.") from error


def _count(row: Json, name: str) -> int:
    written = text(row, name)
    return int(written) if written.isdecimal() else 0


def _required(row: Json, name: str) -> str:
    written = text(row, name)
    if not written:
        raise Unreachable(f"WHMCS answered without {name}.")
    return written
