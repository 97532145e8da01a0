"""Thirty customers of a provider: ten ways of being billed, in each of three currencies."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from billing.money.calc import minor_digits
from tests.contract.program import Json

# What an amount of the story is worth: yen have no minor unit, dinars have three decimals.
WORTH = {"USD": Decimal(1), "JPY": Decimal(150), "KWD": Decimal("0.307")}
UNITS_PER_DOLLAR = {"EUR": "0.92", "JPY": "150", "KWD": "0.307"}
NUMBER_OF_NL = "NL004495445B01"
TAX_RULES: tuple[Json, ...] = (
    {"country": "FR", "treatment": "standard", "percent": "20", "name": "TVA"},
    {"country": "DE", "treatment": "standard", "percent": "19", "includes_tax": True},
    {"country": "EU", "category": "organization", "treatment": "reverse_charge"},
)


@dataclass(frozen=True)
class Part:
    """A way of being billed. Amounts are in the story's own money (see `Customer.amount`).

    Without a `tax_percent` of its own the rule of its country holds.
    """

    name: str
    billing_type: str
    tax_percent: str
    profile: Json = field(default_factory=dict)
    fixed: str = ""
    plan: str = "data"
    monthly_transfer: str = ""
    has_card: bool = False
    recharges: tuple[str, str] | None = None
    pays_invoices: bool = False


PARTS = (
    Part("Saver", "prepaid", "0", monthly_transfer="90.00"),
    Part("Automat", "prepaid", "20", has_card=True, recharges=("25.00", "100.00")),
    Part("Latecomer", "prepaid", "7.25", {"minimum_balance": "-20"}),
    Part("Fixed", "prepaid", "20", fixed="49.90", monthly_transfer="75.00"),
    Part(
        "Payer", "postpaid", "", {"country": "FR"}, plan="tiers", has_card=True, pays_invoices=True
    ),
    Part("Parts", "postpaid", "", {"billing_day": 15, "country": "NL", "tax_id": NUMBER_OF_NL}),
    Part("Committed", "postpaid", "19", plan="fee", pays_invoices=True, has_card=True),
    Part("Debtor", "postpaid", "8.1"),
    Part(
        "Flexible",
        "flexible",
        "",
        {"credit_limit": "400", "country": "DE"},
        monthly_transfer="30.00",
    ),
    Part("Cloud", "flexible", "0", {"credit_limit": "500"}, monthly_transfer="60.00"),
)


@dataclass
class Customer:
    """A company of the story."""

    part: Part
    currency: str
    id: str = ""
    card: str = ""
    subject: str = ""

    @property
    def name(self) -> str:
        return f"{self.part.name} {self.currency}"

    @property
    def route(self) -> str:
        return f"companies/{self.id}/"

    def amount(self, story: str) -> str:
        """An amount of the story in the customer's currency, in whole minor units."""
        worth = Decimal(story) * WORTH[self.currency]
        return str(round(worth, minor_digits(self.currency)))

    def money(self, story: str) -> Json:
        return {"amount": self.amount(story), "currency": self.currency}

    def price(self, story: str) -> str:
        """A price of the story, to the last digit."""
        return format(Decimal(story) * WORTH[self.currency], "f")


def everybody() -> list[Customer]:
    return [Customer(part, currency) for currency in WORTH for part in PARTS]
