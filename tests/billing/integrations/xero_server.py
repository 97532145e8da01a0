"""A Xero on loopback: the token and the accounting API with the shapes of Xero-OpenAPI."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from tests.billing.integrations.server import Answer, LocalServer, Request

CLIENT, SECRET, TENANT = "the-client", "the-secret", "the-tenant"
ROOT = "/api.xro/2.0/"
IDS = {
    "Contacts": "ContactID",
    "Invoices": "InvoiceID",
    "CreditNotes": "CreditNoteID",
    "Payments": "PaymentID",
}
NUMBERS = {"Invoices": "InvoiceNumber", "CreditNotes": "CreditNoteNumber", "Contacts": "Name"}
_EQUALS = re.compile(r'([A-Za-z]+)=="([^"]*)"')
# Somebody else's JSON: its shape is Xero's to say.
Row = dict[str, Any]


class XeroServer(LocalServer):
    """Contacts, invoices, credit notes and payments as Xero keeps them.

    `forgets_keys`: idempotency keys are remembered for minutes only. A list gives `page` rows.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, dict[str, Row]] = {what: {} for what in IDS}
        self.tokens: set[str] = set()
        self.keys: dict[str, Answer] = {}
        self.forgets_keys = False
        self.page = 100
        self.currencies = {"USD", "EUR", "GBP"}
        self.now = datetime(2026, 4, 2, 1, tzinfo=UTC)

    def name_of(self, request: Request) -> str:
        if request.path == "/connect/token":
            return "token"
        return f"{request.method} {request.path.removeprefix(ROOT).partition('/')[0]}"

    def answer(self, request: Request) -> Answer:
        if request.path == "/connect/token":
            return self._token(request)
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if bearer not in self.tokens or request.headers.get("xero-tenant-id") != TENANT:
            return Answer({"Title": "Unauthorized", "Status": 401, "Detail": "TokenExpired"}, 401)
        key = request.headers.get("idempotency-key", "")
        if key in self.keys and not self.forgets_keys:
            return self.keys[key]
        answer = self._do(request)
        if key and answer.status < 400:
            self.keys[key] = answer
        return answer

    def pay(self, number: str, amount: str, *, reference: str = "", status: str = "") -> str:
        """A payment that is entered in Xero itself."""
        [invoice] = [row for row in self.all("Invoices") if row["InvoiceNumber"] == number]
        row = self._payment({"Invoice": invoice, "Amount": amount, "Reference": reference})
        row["Status"] = status or "AUTHORISED"
        return str(row["PaymentID"])

    def all(self, what: str) -> list[Row]:
        return list(self.rows[what].values())

    def due(self, number: str) -> Decimal:
        [invoice] = [row for row in self.all("Invoices") if row["InvoiceNumber"] == number]
        paid = sum(
            (
                Decimal(str(row["Amount"]))
                for row in self.all("Payments")
                if row["Invoice"]["InvoiceID"] == invoice["InvoiceID"]
                and row["Status"] == "AUTHORISED"
            ),
            Decimal(0),
        )
        credited = sum(
            (
                Decimal(str(each["Amount"]))
                for note in self.all("CreditNotes")
                for each in note["Allocations"]
                if each["Invoice"]["InvoiceID"] == invoice["InvoiceID"]
            ),
            Decimal(0),
        )
        return Decimal(str(invoice["Total"])) - paid - credited

    def _token(self, request: Request) -> Answer:
        wanted = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        form = dict(parse_qsl(request.body.decode()))
        if request.headers.get("authorization") != f"Basic {wanted}":
            return Answer({"error": "invalid_client"}, 400)
        if form.get("grant_type") != "client_credentials" or "scope" not in form:
            return Answer({"error": "unsupported_grant_type"}, 400)
        token = uuid4().hex
        self.tokens.add(token)
        return Answer({"access_token": token, "expires_in": 1800, "token_type": "Bearer"})

    def _do(self, request: Request) -> Answer:
        what, _, rest = request.path.removeprefix(ROOT).partition("/")
        key, _, inner = rest.partition("/")
        if key and key not in self.rows[what]:
            return Answer({"Title": "Not found", "Detail": "The resource was not found"}, 404)
        if request.method == "GET":
            return self._list(what, key, request)
        if inner:
            return self._allocations(self.rows[what][key], inner, request)
        sent = json.loads(request.body)
        element = sent[what][0] if what in sent else sent
        if key:
            self.rows[what][key].update(element)
            return Answer({what: [self.rows[what][key]]})
        problem = self._problem(what, element)
        if problem:
            return _refused(problem)
        made = {"Payments": self._payment, "Contacts": self._contact}.get(what)
        return Answer({what: [made(element) if made else self._document(what, element)]})

    def _list(self, what: str, key: str, request: Request) -> Answer:
        rows = [self.rows[what][key]] if key else self.all(what)
        for name, value in _EQUALS.findall(request.query.get("where", "")):
            rows = [row for row in rows if row.get(name) == value]
        if "InvoiceNumbers" in request.query:
            numbers = request.query["InvoiceNumbers"].split(",")
            rows = [row for row in rows if row["InvoiceNumber"] in numbers]
        since = request.headers.get("if-modified-since")
        if since:
            bound = datetime.fromisoformat(since).replace(tzinfo=UTC)
            rows = [row for row in rows if row["changed"] >= bound.isoformat()]
        if "page" in request.query:
            start = (int(request.query["page"]) - 1) * self.page
            rows = rows[start : start + self.page]
        return Answer({"Status": "OK", what: rows})

    def _problem(self, what: str, element: Row) -> str:
        number = NUMBERS.get(what)
        taken = {row.get(number) for row in self.all(what)} if number else set()
        if what == "Contacts" and "ContactID" not in element and element["Name"] in taken:
            return f"The contact name {element['Name']} is already assigned to another contact."
        if what == "Invoices" and element["InvoiceNumber"] in taken:
            return "Invoice # must be unique."
        if element.get("CurrencyCode", "USD") not in self.currencies:
            return f"Organisation is not subscribed to currency {element['CurrencyCode']}"
        return ""

    def _contact(self, element: Row) -> Row:
        key = element.get("ContactID") or str(uuid4())
        row = self.rows["Contacts"].setdefault(key, {"ContactID": key})
        row.update(element, changed=self.now.isoformat())
        return row

    def _document(self, what: str, element: Row) -> Row:
        total = sum(
            (
                Decimal(line["LineAmount"]) + Decimal(line["TaxAmount"])
                for line in element["LineItems"]
            ),
            Decimal(0),
        )
        key = str(uuid4())
        row = {**element, IDS[what]: key, "Total": total, "changed": self.now.isoformat()}
        if what == "CreditNotes":
            row["Allocations"] = []
        self.rows[what][key] = row
        return row

    def _payment(self, element: Row) -> Row:
        key = str(uuid4())
        invoice = self.rows["Invoices"][element["Invoice"]["InvoiceID"]]
        row = {
            "Status": "AUTHORISED",
            "PaymentType": "ACCRECPAYMENT",
            **element,
            "PaymentID": key,
            "Amount": Decimal(element["Amount"]),
            "Date": f"/Date({int(self.now.timestamp() * 1000)}+0000)/",
            "Invoice": {
                "InvoiceID": invoice["InvoiceID"],
                "InvoiceNumber": invoice["InvoiceNumber"],
                "CurrencyCode": invoice["CurrencyCode"],
                "Contact": invoice["Contact"],
            },
            "changed": self.now.isoformat(),
        }
        self.rows["Payments"][key] = row
        return row

    def _allocations(self, note: Row, inner: str, request: Request) -> Answer:
        if request.method == "DELETE":
            key = inner.partition("/")[2]
            note["Allocations"] = [row for row in note["Allocations"] if row["AllocationID"] != key]
            return Answer({"AllocationId": key, "IsDeleted": True})
        [element] = json.loads(request.body)["Allocations"]
        row = {**element, "AllocationID": str(uuid4()), "Amount": Decimal(element["Amount"])}
        note["Allocations"].append(row)
        return Answer({"Allocations": [row]})


def _refused(problem: str) -> Answer:
    element = {"ValidationErrors": [{"Message": problem}]}
    body = {
        "ErrorNumber": 10,
        "Type": "ValidationException",
        "Message": "A validation exception occurred",
        "Elements": [element],
    }
    return Answer(body, 400)
