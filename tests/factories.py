"""The least that each model requires; everything else a test says itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from uuid import uuid4

from djmoney.money import Money

from accounts.companies.models import Company
from billing.catalog.actions import create_plan
from billing.catalog.models import Plan, PlanKind
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.adjustments import propose_adjustment
from billing.ledger.models import AccountKind, Entry, EntryKind
from billing.profiles.actions import Particulars, open_account
from billing.subscriptions.actions import subscribe
from billing.subscriptions.models import Subscription

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LONG_AGO = datetime(2025, 12, 1, tzinfo=UTC)
BY = "staff:anna@provider.example"

_numbers = count(1)


def new_key(prefix: str = "key") -> str:
    """A key that no other test has used."""
    return f"{prefix}:{uuid4()}"


def make_company(
    *,
    currency: str = "USD",
    billing_type: str = "prepaid",
    minimum_balance: Decimal = Decimal(0),
    credit_limit: Decimal | None = Decimal(0),
    tax_percent: Decimal | None = Decimal(0),
    billing_day: int = 1,
    timezone: str = "UTC",
    language: str = "en",
    country: str = "DE",
    category: str = "organization",
    tax_id: str = "",
    at: datetime = NOW,
) -> Company:
    """An active company with profile and ledger accounts; no tax unless said."""
    number = next(_numbers)
    particulars: Particulars = {
        "name": f"Company {number}",
        "email": f"billing@company{number}.example",
        "category": category,
        "country": country,
        "tax_id": tax_id,
        "timezone": timezone,
        "language": language,
    }
    return open_account(
        **particulars,
        currency=currency,
        billing_type=billing_type,
        minimum_balance=minimum_balance,
        credit_limit=credit_limit,
        tax_percent=tax_percent,
        billing_day=billing_day,
        by=BY,
        at=at,
    )


def pay_in(company: Company, amount: Money, *, at: datetime = NOW, key: str = "") -> Entry:
    """Money on the company's account, as a payment books it."""
    currency = str(amount.currency)
    return make_entry(
        EntryKind.PAYMENT,
        company=company,
        legs=[
            LegSpec(AccountKind.CASH, -amount.amount, currency, detail="stripe"),
            LegSpec(AccountKind.CUSTOMER, amount.amount, currency, company),
        ],
        key=key or new_key("payment"),
        at=at,
        by=BY,
        description="Payment",
    )


def credit(company: Company, amount: str, *, currency: str = "USD", at: datetime = NOW) -> None:
    """Money on the company's account by the staff's hand: the books audit knows where from."""
    propose_adjustment(
        company, amount=Money(amount, currency), reason="Test", key=new_key(), by=BY, at=at
    )


def use(
    company: Company,
    *,
    net: str,
    tax: str = "0",
    currency: str = "USD",
    at: datetime = NOW,
    key: str = "",
) -> Entry:
    """Consumption of the company, as usage books it."""
    amount, on_top = Decimal(net), Decimal(tax)
    return make_entry(
        EntryKind.USAGE,
        company=company,
        legs=[
            LegSpec(AccountKind.CUSTOMER, -amount - on_top, currency, company),
            LegSpec(AccountKind.UNINVOICED, amount, currency, company),
            LegSpec(AccountKind.UNINVOICED_TAX, on_top, currency, company),
        ],
        key=key or new_key("usage"),
        at=at,
        by="system",
        description="Usage",
    )


def make_plan(
    *prices: PriceTerms,
    kind: str = PlanKind.PAYGO,
    currency: str = "USD",
    meter: str = "data",
    terms: PlanTerms | None = None,
    at: datetime = LONG_AGO,
) -> Plan:
    """A plan at these prices, or on these terms; 0.01 per MB everywhere unless said."""
    if terms is None:
        terms = PlanTerms(prices=prices or (PriceTerms(Decimal("0.01")),))
    return create_plan(
        f"Plan {next(_numbers)}",
        kind=kind,
        currency=currency,
        meter=meter,
        terms=terms,
        at=at,
        by=BY,
    )


def make_subscription(
    company: Company,
    plan: Plan | None = None,
    *,
    subject: str = "",
    keys: Sequence[str] = (),
    at: datetime = LONG_AGO,
) -> Subscription:
    """A subscription that has run for long, under a subject of its own."""
    return subscribe(
        company,
        plan or make_plan(),
        subject=subject or f"subject-{next(_numbers)}",
        keys=keys,
        at=at,
        by=BY,
        now=at,
    )
