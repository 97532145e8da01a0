"""What happens to the thirty customers in six months, through the API alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from accounts.jobs.stepping import run_due
from config import clock
from config.schedule import JOBS
from tests.contract.program import MB, Json, Program, new_name
from tests.finance.cast import TAX_RULES, UNITS_PER_DOLLAR, WORTH, Customer, everybody

MONTHS = 6


class Story:
    """The provider's program: two of its staff, the clock, and the customers by name."""

    def __init__(self, staff: Program, second: Program, *, begins: datetime) -> None:
        self.staff, self.second, self.begins = staff, second, begins
        self.customers = {each.name: each for each in everybody()}
        self.plans: dict[tuple[str, str], Json] = {}

    def tell(self) -> None:
        """Six months, and the days until the last of them is issued."""
        self.until(self.begins)
        self._settle_terms()
        for currency in WORTH:
            self._make_catalog(currency)
        for customer in self.customers.values():
            self._open(customer)
        for month in range(MONTHS):
            self._live_through(month)
        self.until(self._day(MONTHS, 4))

    def until(self, instant: datetime) -> None:
        """Let time pass; the jobs find all that has fallen due meanwhile, as after an outage."""
        clock.move_to(instant)
        run_due(JOBS, start=instant, until=instant)

    def _settle_terms(self) -> None:
        self._flip("billing_contract_type")
        self._flip("multi_currency")
        for currency, units in UNITS_PER_DOLLAR.items():
            self.set_rate(currency, units)
        self._set("late_fee", "3%")
        self._set("four_eyes_amount", "100000")
        self._set("suspension_days", 20)
        self._set("branding_country", "IE")
        for rule in TAX_RULES:
            self.staff.made("tax-rules/", rule)

    def _flip(self, feature: str) -> None:
        body = {"value": True, "reason": "The story"}
        answer = self.staff.call("patch", f"features/{feature}/", body)
        assert answer.status_code == 200, answer.content

    def set_rate(self, currency: str, units: str) -> None:
        body = {"currency": currency, "units_per_base": units}
        self.staff.made("exchange-rates/", body)

    def _set(self, setting: str, value: object) -> None:
        body = {setting: value, "reason": "The story"}
        answer = self.staff.call("patch", "billing-settings/", body)
        assert answer.status_code == 200, answer.content

    def _make_catalog(self, currency: str) -> None:
        of = Customer(everybody()[0].part, currency)
        tiers = [
            {"up_to": "2000", "per_unit": of.price("0.0137")},
            {"per_unit": of.price("0.0091")},
        ]
        kinds: dict[str, Json] = {
            "data": {"kind": "paygo", "prices": [{"per_unit": of.price("0.0137"), "unit": "MB"}]},
            "tiers": {"kind": "pay_per_mb", "prices": [{"unit": "MB", "tiers": tiers}]},
            "fee": {
                "kind": "pay_per_mb",
                "fee": of.amount("12.50"),
                "prorated": True,
                "included_mb": 1000,
                "prices": [{"per_unit": of.price("0.02"), "unit": "MB"}],
            },
        }
        for key, terms in kinds.items():
            body = {
                "name": f"{key} {currency}",
                "currency": currency,
                "increment": "byte",
                "billing_starts": "assignment",
                "effective_from": "2020-01-01T00:00:00Z",
            }
            self.plans[key, currency] = self.staff.made("plans/", body | terms)
        prices = {"public": of.price("0.005"), "secondary": of.price("0.002")}
        answer = self.staff.call("put", "address-prices/", {**prices, "currency": currency})
        assert answer.status_code == 200, answer.content
        self.plans["machine", currency] = self.staff.made(
            "offerings/",
            {
                "name": f"Machine {currency}",
                "monthly_fee": of.amount("31.00"),
                "currency": currency,
            },
        )
        self.staff.made(
            "account-plans/",
            {
                "key": f"committed-{currency.lower()}",
                "title": f"Committed {currency}",
                "currency": currency,
                "monthly_commitment": of.amount("80.00"),
            },
        )

    def _open(self, customer: Customer) -> None:
        part = customer.part
        body: Json = {
            "name": customer.name,
            "email": f"{customer.name.replace(' ', '.').lower()}@walk.example",
            "category": "organization",
            "billing_type": part.billing_type,
            "contract_type": "fixed" if part.fixed else "payg",
            "currency": customer.currency,
            "country": "US",
            "timezone": "UTC",
            "wallet_enabled": True,
            "minimum_balance": "0",
            "credit_limit": None,
            "tax_percent": part.tax_percent or None,
            "billing_day": 1,
        } | part.profile
        if part.fixed:
            body["fixed_amount"] = customer.amount(part.fixed)
        if part.name == "Committed":
            body["account_plan"] = f"committed-{customer.currency.lower()}"
        for limit in ("minimum_balance", "credit_limit"):
            if body[limit]:
                body[limit] = customer.amount(str(body[limit]))
        customer.id = str(self.staff.made("companies/", body)["id"])
        plan = self.plans[part.plan, customer.currency]
        customer.subject = new_name("subject")
        body = {"company": customer.id, "plan": plan["id"], "subject": customer.subject}
        self.staff.made("subscriptions/", body | {"starts_at": _text(self.begins)})
        if part.has_card:
            card = {"gateway": "stripe", "token": "pm_card_visa", "make_default": True}
            made = self.staff.made(f"{customer.route}payment-methods/", card)
            customer.card = str(made["id"])
        if part.recharges:
            threshold, target = part.recharges
            rule = {
                "enabled": True,
                "threshold": customer.amount(threshold),
                "recharge_to": customer.amount(target),
                "max_per_day": 2,
            }
            answer = self.staff.call("put", f"{customer.route}recharge-rule/", rule)
            assert answer.status_code == 200, answer.content
        if part.name == "Cloud":
            machine = self.plans["machine", customer.currency]
            body = {"company": customer.id, "offering": machine["id"], "name": "m-1"}
            self.staff.made("instances/", body)

    def _live_through(self, month: int) -> None:
        for customer in self.customers.values():
            if customer.part.monthly_transfer:
                self._transfer(customer, customer.part.monthly_transfer)
        for day in (2, 5, 13, 17, 28):
            self.until(self._day(month, day))
            if day in (5, 13, 28):
                for n, customer in enumerate(self.customers.values()):
                    self._use(customer, megabytes=470 + 145 * n % 1200 + 80 * month)
            self._happen(month, day)

    def _happen(self, month: int, day: int) -> None:
        """What finance and customers do, by month and day."""
        for currency in WORTH:
            for happening in HAPPENINGS.get((month, day), ()):
                happening(self, currency)
        if day == 5 and month:
            for customer in self.customers.values():
                if customer.part.pays_invoices:
                    self.pay_due(customer)

    def _use(self, customer: Customer, *, megabytes: int) -> None:
        now = self.staff.seen("sandbox/clock/")["now"]
        record = {
            "id": new_name("record"),
            "subject": customer.subject,
            "started_at": now,
            "quantity": megabytes * MB + 12_345,
        }
        self.staff.made("usage/", {"source": "story", "records": [record]})

    def _transfer(self, customer: Customer, amount: str) -> None:
        self.staff.made(
            "payments/",
            {
                "company": customer.id,
                "amount": customer.money(amount),
                "method": "bank_transfer",
                "reference": new_name("transfer"),
            },
        )

    def pay_due(self, customer: Customer) -> None:
        """Every invoice that is due, by a card that is charged in euros."""
        for invoice in self.invoices(customer):
            if invoice["status"] in ("open", "overdue"):
                body = {"payment_method": customer.card, "payment_currency": "EUR"}
                self.staff.made(f"invoices/{invoice['id']}/pay/", body)

    def invoices(self, customer: Customer, **query: str) -> list[Json]:
        return self.staff.rows("invoices/", company=customer.id, kind="invoice", **query)

    def named(self, name: str, currency: str) -> Customer:
        return self.customers[f"{name} {currency}"]

    def _day(self, month: int, day: int) -> datetime:
        year, index = divmod(self.begins.month - 1 + month, 12)
        return datetime(self.begins.year + year, index + 1, day, 12, tzinfo=UTC)

    # What happens once.

    def adjust(self, currency: str) -> None:
        saver = self.named("Saver", currency)
        for amount, against in (("5.00", "promotions"), ("-1.25", "other_income")):
            body = {"company": saver.id, "amount": saver.money(amount), "reason": "Goodwill"}
            self.staff.made("adjustments/", body | {"against": against})

    def give_credit(self, currency: str) -> None:
        fixed = self.named("Fixed", currency)
        code = self.staff.made(
            "promo-codes/",
            {
                "kind": "existing",
                "amount": fixed.amount("20.00"),
                "currency": currency,
                "as_credit": True,
            },
        )["code"]
        self.staff.made(f"{fixed.route}promo-codes/", {"code": code})

    def give_a_share(self, currency: str) -> None:
        flexible = self.named("Flexible", currency)
        body = {"kind": "existing", "percent": "10", "invoices": 3}
        code = self.staff.made("promo-codes/", body)["code"]
        self.staff.made(f"{flexible.route}promo-codes/", {"code": code})

    def discount(self, currency: str) -> None:
        cloud = self.named("Cloud", currency)
        starts = self.staff.seen("sandbox/clock/")["now"][:10]
        for terms in (
            {"name": "Loyalty", "percent": "-5"},
            {"name": "Care", "amount": cloud.amount("7.77")},
        ):
            body = {"starts": starts, "cycles": 3} | terms
            self.staff.made(f"{cloud.route}discounts/", body)

    def refund(self, currency: str) -> None:
        automat = self.named("Automat", currency)
        payment = self.staff.rows("payments/", company=automat.id)[-1]
        body = {"amount": automat.money("10.00"), "reason": "Asked for"}
        self.staff.made(f"payments/{payment['id']}/refund/", body)

    def refund_euros(self, currency: str) -> None:
        """At another rate than that of the payment: the card gets its share of the euros back."""
        self.set_rate("EUR", "0.95")
        payer = self.named("Payer", currency)
        paid = [p for p in self.staff.rows("payments/", company=payer.id) if p["method"] == "card"]
        body = {"amount": payer.money("2.00"), "reason": "Asked for"}
        self.staff.made(f"payments/{paid[-1]['id']}/refund/", body)

    def credit_a_line(self, currency: str) -> None:
        payer = self.named("Payer", currency)
        [invoice, *_] = self.invoices(payer)
        body = {"lines": [{"position": 1, "amount": payer.amount("3.00")}], "reason": "Outage"}
        self.staff.made(f"invoices/{invoice['id']}/credit-notes/", body)

    def void(self, currency: str) -> None:
        committed = self.named("Committed", currency)
        [invoice, *_] = self.invoices(committed)
        self.staff.made(f"invoices/{invoice['id']}/void/", {"reason": "Wrong address"})

    def pay_a_part(self, currency: str) -> None:
        self._transfer(self.named("Parts", currency), "17.00")

    def settle_late(self, currency: str) -> None:
        self._transfer(self.named("Latecomer", currency), "120.00")

    def write_off(self, currency: str) -> None:
        parts = self.named("Parts", currency)
        for invoice in self.invoices(parts):
            if invoice["status"] in ("open", "overdue"):
                route = f"invoices/{invoice['id']}/write-off/"
                self.staff.made(route, {"reason": "Insolvent"})
                return

    def pay_debts(self, currency: str) -> None:
        debtor = self.named("Debtor", currency)
        for invoice in self.invoices(debtor):
            if invoice["status"] == "overdue":
                body = {
                    "company": debtor.id,
                    "amount": {"amount": invoice["amount_due"], "currency": currency},
                    "method": "bank_transfer",
                    "reference": new_name("transfer"),
                }
                self.staff.made("payments/", body)

    def send_late_usage(self, currency: str) -> None:
        """Usage of three weeks ago: its period is issued already."""
        flexible = self.named("Flexible", currency)
        now = datetime.fromisoformat(self.staff.seen("sandbox/clock/")["now"])
        record = {
            "id": new_name("late"),
            "subject": flexible.subject,
            "started_at": _text(now - timedelta(days=21)),
            "quantity": 77 * MB,
        }
        self.staff.made("usage/", {"source": "story", "records": [record]})

    def change_plan(self, currency: str) -> None:
        payer = self.named("Payer", currency)
        [subscription] = self.staff.rows("subscriptions/", company=payer.id)
        body = {"plan": self.plans["fee", currency]["id"]}
        self.staff.made(f"subscriptions/{subscription['id']}/change-plan/", body)

    def close(self, currency: str) -> None:
        saver = self.named("Saver", currency)
        self.staff.made(f"{saver.route}close/", {"reason": "Moved on"})


def _text(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


HAPPENINGS = {
    (0, 13): (Story.adjust,),
    (0, 17): (Story.discount,),
    (1, 5): (Story.settle_late,),
    (1, 13): (Story.refund, Story.credit_a_line, Story.give_credit, Story.give_a_share),
    (1, 28): (Story.pay_a_part,),
    (2, 5): (Story.void,),
    (2, 17): (Story.refund_euros,),
    (2, 13): (Story.send_late_usage, Story.change_plan),
    (3, 13): (Story.write_off, Story.settle_late),
    (3, 28): (Story.pay_debts,),
    (4, 17): (Story.pay_a_part,),
    (5, 13): (Story.close,),
}
