"""Cards charged in another currency than the account's: worked examples, figures by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from djmoney.money import Money

from accounts.companies.models import Company
from billing.ledger.models import Entry, Leg
from billing.ledger.queries import balance
from billing.payments.actions.charging import charge_card
from billing.payments.actions.refunds import refund_payment
from billing.payments.models import Payment
from billing.profiles.actions import choose_currencies
from config.sandbox.testing import Stack
from tests.accounts.access.client import Api, error_of
from tests.billing.currencies.world import rate, several_currencies, switch
from tests.billing.payments.cards import save_card
from tests.factories import BY, NOW, make_company, new_key

pytestmark = pytest.mark.django_db
ApiOf = Callable[[Company], Api]


def legs_of(entry: Entry | None) -> dict[str, Decimal]:
    assert entry is not None
    legs = Leg.objects.filter(entry=entry).select_related("account")
    return {f"{leg.account.kind}:{leg.account.currency}": leg.amount for leg in legs}


def paid(amount: str, *, pay_in: str, currency: str = "USD") -> tuple[Company, Payment]:
    company = make_company(currency=currency)
    choose_currencies(company, display_currency="", payment_currency=pay_in, by=BY, at=NOW)
    payment = charge_card(
        company,
        amount=Money(amount, currency),
        purpose=Payment.Purpose.TOP_UP,
        card=save_card(company),
        key=new_key(),
        by=BY,
        at=NOW,
    )
    return company, payment


def refund(payment: Payment, amount: str | None) -> Money:
    done = refund_payment(
        payment,
        amount=None if amount is None else Decimal(amount),
        reason="A test",
        key=new_key(),
        by=BY,
        at=NOW,
    )
    assert done.status == "completed"
    return done.returned


@pytest.mark.verifies("multi_currency", "on")
def test_a_euro_card_pays_for_a_dollar_account(stripe_sandbox: Stack, company_api: ApiOf) -> None:
    several_currencies()
    company = make_company()
    save_card(company)
    body = {"amount": {"amount": "100.00", "currency": "USD"}, "payment_currency": "EUR"}

    answer = company_api(company).send(f"companies/{company.pk}/recharges/", body, key="a")

    assert answer.status_code == 201
    assert answer.json()["amount"] == {"amount": "100.00", "currency": "USD"}
    assert answer.json()["charged"] == {"amount": "92.00", "currency": "EUR"}
    payment = Payment.objects.get()
    assert payment.exchange_rate is not None
    assert payment.exchange_rate.units_per_base == Decimal("0.92")
    assert legs_of(payment.entry) == {
        "cash:EUR": Decimal(-92),
        "fx:EUR": Decimal(92),
        "fx:USD": Decimal(-100),
        "customer:USD": Decimal(100),
    }
    assert balance(company).balance == Decimal(100)


@pytest.mark.verifies("multi_currency", "off")
def test_while_it_is_off_only_the_default_currency_is_taken(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    several_currencies()
    switch(on=False, at=NOW)
    company = make_company()
    save_card(company)
    body = {"amount": {"amount": "100.00", "currency": "USD"}, "payment_currency": "EUR"}

    answer = company_api(company).send(f"companies/{company.pk}/recharges/", body, key="a")

    assert error_of(answer) == (400, "only_default_currency", "payment_currency")
    assert "USD" in answer.json()["errors"][0]["detail"]
    assert not Payment.objects.exists()


def test_what_the_company_likes_is_passed_over_while_it_is_off(stripe_sandbox: Stack) -> None:
    several_currencies()
    company = make_company()
    choose_currencies(company, display_currency="", payment_currency="EUR", by=BY, at=NOW)
    switch(on=False, at=NOW)
    payment = charge_card(
        company,
        amount=Money(5, "USD"),
        purpose=Payment.Purpose.TOP_UP,
        card=save_card(company),
        key=new_key(),
        by=BY,
        at=NOW + timedelta(hours=1),
    )
    assert (payment.charged, payment.taken) == (Money(5, "USD"), None)


@pytest.mark.parametrize(
    ("pay_in", "amount", "charged"),
    [
        # 33.33 × 0.92 = 30.6636: up to the cent.
        ("EUR", "33.33", "30.67"),
        # 33.33 × 150 = 4999.5: up to the yen.
        ("JPY", "33.33", "5000"),
        # 33.33 × 0.31 = 10.3323: the gateway takes fils in tens, up to 10.340.
        ("KWD", "33.33", "10.34"),
    ],
)
def test_a_card_is_charged_in_minor_units_rounded_up(
    stripe_sandbox: Stack, pay_in: str, amount: str, charged: str
) -> None:
    several_currencies()
    company, payment = paid(amount, pay_in=pay_in)
    assert payment.status == "completed"
    assert payment.charged == Money(charged, pay_in)
    assert balance(company).balance == Decimal(amount)


def test_a_yen_account_is_paid_with_a_euro_card_through_the_dollar(stripe_sandbox: Stack) -> None:
    """1 JPY = 0.92 / 150 EUR = 0.006133333333333333; 10 000 JPY are 61.333… EUR, charged 61.34."""
    several_currencies()
    _, payment = paid("10000", pay_in="EUR", currency="JPY")
    assert payment.charged == Money("61.34", "EUR")
    assert payment.exchange_rate is not None
    assert payment.exchange_rate.units_per_base == Decimal("0.006133333333333333")
    assert legs_of(payment.entry) == {
        "cash:EUR": Decimal("-61.34"),
        "fx:EUR": Decimal("61.34"),
        "fx:JPY": Decimal(-10000),
        "customer:JPY": Decimal(10000),
    }


def test_refunds_give_back_the_same_share_of_the_card_whatever_the_rate(
    stripe_sandbox: Stack,
) -> None:
    """30 of 100 USD are 27.60 of 92.00 EUR, also when the dollar is at 0.50 by then."""
    several_currencies()
    company, payment = paid("100", pay_in="EUR")
    rate("EUR", "0.50", at=NOW)
    assert refund(payment, "30") == Money("27.60", "EUR")
    payment.refresh_from_db()
    assert refund(payment, None) == Money("64.40", "EUR")
    assert balance(company).balance == Decimal(0)
    in_all = Leg.objects.filter(account__kind="fx").values_list("account__currency", "amount")
    assert sum(amount for _, amount in in_all) == 0


def test_thirds_of_a_refund_add_up_to_what_was_charged(stripe_sandbox: Stack) -> None:
    """10 USD are 9.20 EUR: 3.33 → 3.06, 6.66 → 6.12 in all, the rest → 3.08."""
    several_currencies()
    _, payment = paid("10", pay_in="EUR")
    given = [refund(payment, "3.33"), refund(payment, "3.33"), refund(payment, None)]
    assert given == [Money("3.06", "EUR"), Money("3.06", "EUR"), Money("3.08", "EUR")]


def test_no_rate_refuses_what_is_asked_for_by_name(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    switch(on=True)
    company = make_company()
    save_card(company)
    body = {"amount": {"amount": "100.00", "currency": "USD"}, "payment_currency": "EUR"}
    answer = company_api(company).send(f"companies/{company.pk}/recharges/", body, key="a")
    assert error_of(answer) == (400, "no_exchange_rate", "payment_currency")
