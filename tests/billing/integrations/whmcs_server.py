"""A WHMCS on loopback: `includes/api.php` with the shapes of developers.whmcs.com."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qsl

from tests.billing.integrations.server import Answer, Json, LocalServer, Request

IDENTIFIER, SECRET = "the-identifier", "the-secret"
CENT = Decimal("0.01")
Row = dict[str, str]


class WhmcsServer(LocalServer):
    """Clients, invoices, transactions and services as WHMCS keeps them.

    A list gives at most `page` rows, whatever was asked for.
    """

    def __init__(self) -> None:
        super().__init__()
        self.currencies = {"1": "USD", "2": "EUR"}
        self.clients: dict[str, Row] = {}
        self.invoices: dict[str, Row] = {}
        self.lines: dict[str, list[Row]] = {}
        self.transactions: list[Row] = []
        self.products: dict[str, Row] = {}
        self.page = 25

    def name_of(self, request: Request) -> str:
        return dict(parse_qsl(request.body.decode())).get("action", "?")

    def answer(self, request: Request) -> Answer:
        sent = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        if request.path != "/includes/api.php" or request.method != "POST":
            return Answer("<html>Not found</html>", 404)
        if (sent.get("identifier"), sent.get("secret")) != (IDENTIFIER, SECRET):
            return Answer({"result": "error", "message": "Invalid or missing credentials"}, 403)
        act = getattr(self, f"_{sent['action'].lower()}", None)
        if act is None:
            return Answer({"result": "error", "message": "Action not found"})
        try:
            return Answer({"result": "success", **act(sent)})
        except LookupError as error:
            return Answer({"result": "error", "message": str(error.args[0])})

    def pay(
        self, invoice: str, amount: str, *, reference: str = "", date: str = "2026-04-02 08:00:00"
    ) -> str:
        """A customer pays in WHMCS; returns the transaction's id."""
        row = self._add_transaction(invoice, amountin=amount, transid=reference, date=date)
        if invoice in self.invoices:
            self._settle(invoice)
        return row["id"]

    def balance(self, invoice: str) -> Decimal:
        row = self.invoices[invoice]
        paid = sum(
            (
                Decimal(each["amountin"]) - Decimal(each["amountout"])
                for each in self.transactions
                if each["invoiceid"] == invoice
            ),
            Decimal(0),
        )
        return Decimal(row["total"]) - paid

    def invoice_of(self, number: str) -> Row:
        """The one invoice that carries our number; two would be an error."""
        mark = f"Tollgate invoice {number}"
        [row] = [row for row in self.invoices.values() if row["notes"].splitlines()[:1] == [mark]]
        return row

    # What the API does, by action.

    def _getcurrencies(self, sent: Row) -> Json:
        rows = [{"id": key, "code": code} for key, code in self.currencies.items()]
        return {"totalresults": str(len(rows)), "currencies": {"currency": rows}}

    def _getclients(self, sent: Row) -> Json:
        search = sent.get("search", "").lower()
        names = ("email", "firstname", "lastname", "companyname")
        rows = [
            row
            for row in self.clients.values()
            if any(row.get(name, "").lower().startswith(search) for name in names)
        ]
        return self._listed(sent, "clients", "client", rows)

    def _getclientsdetails(self, sent: Row) -> Json:
        row = self._client(sent["clientid"])
        return {"client": row | {"currency_code": self.currencies[row["currency"]]}}

    def _addclient(self, sent: Row) -> Json:
        if not sent.get("password2"):
            raise LookupError("You did not enter a password")
        if any(row["email"] == sent["email"] for row in self.clients.values()):
            raise LookupError("A user already exists with that email address")
        key = str(len(self.clients) + 1)
        self.clients[key] = {"id": key, "status": "Active", **_without_keys(sent)}
        return {"clientid": int(key)}

    def _updateclient(self, sent: Row) -> Json:
        self._client(sent["clientid"]).update(_without_keys(sent))
        return {"clientid": sent["clientid"]}

    def _createinvoice(self, sent: Row) -> Json:
        self._client(sent["userid"])
        key = str(len(self.invoices) + 101)
        lines = []
        for number in range(1, 1000):
            if f"itemdescription{number}" not in sent:
                break
            lines.append(
                {
                    "description": sent[f"itemdescription{number}"],
                    "amount": sent[f"itemamount{number}"],
                    "taxed": sent[f"itemtaxed{number}"],
                }
            )
        self.lines[key] = lines
        names = ("userid", "status", "date", "duedate", "notes", "taxrate")
        self.invoices[key] = {"id": key, "invoicenum": "", "credit": "0.00"} | {
            name: sent.get(name, "") for name in names
        }
        self._add_up(key)
        return {"invoiceid": int(key), "status": sent["status"]}

    def _updateinvoice(self, sent: Row) -> Json:
        row = self._invoice(sent["invoiceid"])
        row.update({name: sent[name] for name in ("status", "notes", "credit") if name in sent})
        self._add_up(row["id"])
        return {"invoiceid": row["id"]}

    def _getinvoice(self, sent: Row) -> Json:
        row = self._invoice(sent["invoiceid"])
        return {**row, "invoiceid": row["id"], "balance": str(self.balance(row["id"]))}

    def _getinvoices(self, sent: Row) -> Json:
        wanted = {name: sent[name] for name in ("userid", "status") if name in sent}
        rows = [
            row
            for row in self.invoices.values()
            if all(row[name] == value for name, value in wanted.items())
        ]
        return self._listed(sent, "invoices", "invoice", rows)

    def _addinvoicepayment(self, sent: Row) -> Json:
        row = self._invoice(sent["invoiceid"])
        if row["status"] == "Cancelled":
            raise LookupError("It is not possible to add a payment to an invoice that is Cancelled")
        self._add_transaction(
            row["id"], amountin=sent["amount"], transid=sent["transid"], date=sent["date"]
        )
        self._settle(row["id"])
        return {}

    def _addtransaction(self, sent: Row) -> Json:
        if any(row["transid"] == sent["transid"] for row in self.transactions):
            raise LookupError("Transaction ID must be Unique")
        self._add_transaction(
            sent["invoiceid"], amountout=sent["amountout"], transid=sent["transid"]
        )
        return {}

    def _gettransactions(self, sent: Row) -> Json:
        asked = {"clientid": "userid", "transid": "transid", "invoiceid": "invoiceid"}
        wanted = {mine: sent[theirs] for theirs, mine in asked.items() if theirs in sent}
        rows = [
            row
            for row in self.transactions
            if all(row[name] == value for name, value in wanted.items())
        ]
        size = len(rows)
        found: object = {"transaction": rows} if rows else ""
        return {"totalresults": size, "startnumber": 0, "numreturned": size, "transactions": found}

    def _getclientsproducts(self, sent: Row) -> Json:
        rows = [row for row in self.products.values() if row["clientid"] == sent["clientid"]]
        return self._listed(sent, "products", "product", rows)

    def _updateclientproduct(self, sent: Row) -> Json:
        row = self.products[sent["serviceid"]]
        row["status"], row["suspensionreason"] = sent["status"], sent.get("suspendreason", "")
        return {"serviceid": sent["serviceid"]}

    def _client(self, key: str) -> Row:
        if key not in self.clients:
            raise LookupError("Client ID Not Found")
        return self.clients[key]

    def _invoice(self, key: str) -> Row:
        if key not in self.invoices:
            raise LookupError("Invoice ID Not Found")
        return self.invoices[key]

    def _listed(self, sent: Row, plural: str, single: str, rows: list[Row]) -> Json:
        start, size = int(sent.get("limitstart", 0)), int(sent.get("limitnum", 25))
        shown = rows[start : start + min(size, self.page)]
        return {
            "totalresults": str(len(rows)),
            "startnumber": start,
            "numreturned": len(shown),
            plural: {single: shown},
        }

    def _add_up(self, key: str) -> None:
        """WHMCS works tax out by itself on the lines that say so; credit lowers the total."""
        row, lines = self.invoices[key], self.lines[key]
        net = sum((Decimal(line["amount"]).quantize(CENT) for line in lines), Decimal(0))
        taxed = sum((Decimal(line["amount"]) for line in lines if line["taxed"] == "1"), Decimal(0))
        tax = (taxed * Decimal(row["taxrate"] or "0") / 100).quantize(CENT)
        row["subtotal"], row["tax"], row["tax2"] = f"{net:.2f}", f"{tax:.2f}", "0.00"
        row["total"] = f"{net + tax - Decimal(row['credit']):.2f}"

    def _add_transaction(
        self,
        invoice: str,
        *,
        transid: str,
        amountin: str = "0.00",
        amountout: str = "0.00",
        date: str = "2026-04-02 08:00:00",
    ) -> Row:
        row = {
            "id": str(len(self.transactions) + 1001),
            "userid": self.invoices[invoice]["userid"] if invoice != "0" else "1",
            "currency": "0",
            "gateway": "banktransfer",
            "date": date,
            "description": "Invoice Payment",
            "amountin": amountin,
            "fees": "0.00",
            "amountout": amountout,
            "rate": "1.00000",
            "transid": transid,
            "invoiceid": invoice,
            "refundid": "0",
        }
        self.transactions.append(row)
        return row

    def _settle(self, invoice: str) -> None:
        if self.balance(invoice) <= 0:
            self.invoices[invoice]["status"] = "Paid"


def _without_keys(sent: Row) -> Row:
    kept_back = {"action", "identifier", "secret", "responsetype", "password2", "clientid"}
    return {name: value for name, value in sent.items() if name not in kept_back}
