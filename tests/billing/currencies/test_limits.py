"""Figures of the settings for accounts in other currencies: worked out by hand.

Settings are in USD. 10 USD are 1 500 JPY at 150 and 3.070 KWD at 0.307.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from djmoney.money import Money

from accounts.companies.models import Company
from billing.currencies.queries import figure_in
from billing.dunning.queries import timeline
from billing.dunning.tasks import pursue_debts
from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.adjustments import propose_adjustment
from billing.ledger.models import AccountKind, EntryKind
from billing.metering.models import Charge
from billing.money.calc import ceil_minor, floor_minor
from billing.onboarding.promises import deposit_promise
from billing.onboarding.queries import deposit_to_pay
from billing.payments.actions.charging import charge_card
from billing.payments.actions.refunds import refund_payment
from billing.payments.models import Payment
from billing.recharges.actions.openings import open_due_for
from billing.recharges.exceptions import InvalidCap
from billing.recharges.models import Recharge
from config.sandbox.testing import Stack
from features.actions import set_value
from tests.accounts.access.client import Api, error_of
from tests.billing.currencies.world import rate, several_currencies
from tests.billing.invoicing.months import CLOSED_AT, IN_MARCH, issue
from tests.billing.invoicing.months import rate as use_in_march
from tests.billing.payments.cards import save_card
from tests.billing.recharges.companies import rule
from tests.config.staff.people import staff_client_of
from tests.factories import BY, LONG_AGO, NOW, make_company, new_key, pay_in
from tests.portal import browser

pytestmark = pytest.mark.django_db
ApiOf = Callable[[Company], Api]
D = Decimal
SECOND = timedelta(seconds=1)


def setting(key: str, to: object) -> None:
    set_value(key, value=to, reason="A test", by=BY, at=LONG_AGO)


def least(figure: str, currency: str) -> Decimal:
    return figure_in(D(figure), currency, at=NOW, rounded=ceil_minor)


def most(figure: str, currency: str) -> Decimal:
    return figure_in(D(figure), currency, at=NOW, rounded=floor_minor)


@pytest.mark.parametrize(
    ("currency", "units", "figure", "minimum", "maximum"),
    [
        ("JPY", "150", "10", "1500", "1500"),
        ("KWD", "0.307", "10", "3.070", "3.070"),
        # 33.33 × 0.92 = 30.6636
        ("EUR", "0.92", "33.33", "30.67", "30.66"),
        # 0.01 × 150 = 1.5
        ("JPY", "150", "0.01", "2", "1"),
    ],
)
def test_a_minimum_is_rounded_up_and_a_maximum_down(
    currency: str, units: str, figure: str, minimum: str, maximum: str
) -> None:
    rate(currency, units)
    assert (least(figure, currency), most(figure, currency)) == (D(minimum), D(maximum))


def test_the_default_currency_is_left_as_it_is_and_so_is_one_without_a_rate() -> None:
    rate("JPY", "150", at=NOW + SECOND)
    assert least("10.005", "USD") == D("10.005")
    assert (least("10", "JPY"), most("10", "JPY")) == (D(10), D(10))


@pytest.mark.parametrize(
    ("currency", "units", "below", "at_least", "told"),
    [
        ("JPY", "150", "1499", "1500", "1500 JPY"),
        ("KWD", "0.307", "3.060", "3.070", "3.070 KWD"),
    ],
)
def test_a_recharge_below_the_minimum_is_refused_in_the_accounts_currency(
    stripe_sandbox: Stack,
    company_api: ApiOf,
    currency: str,
    units: str,
    below: str,
    at_least: str,
    told: str,
) -> None:
    rate(currency, units)
    company = make_company(currency=currency)
    save_card(company)
    address, api = f"companies/{company.pk}/recharges/", company_api(company)

    refused = api.send(address, {"amount": {"amount": below, "currency": currency}}, key="a")
    assert error_of(refused)[1] == "below_minimum_recharge"
    assert told in refused.json()["errors"][0]["detail"]
    taken = api.send(address, {"amount": {"amount": at_least, "currency": currency}}, key="b")
    assert taken.status_code == 201


def test_a_recharge_above_the_maximum_is_refused(stripe_sandbox: Stack, company_api: ApiOf) -> None:
    """33.33 USD are at most 30.66 EUR."""
    several_currencies()
    setting("maximum_prepaid_recharge", D("33.33"))
    company = make_company(currency="EUR")
    save_card(company)
    body = {"amount": {"amount": "30.67", "currency": "EUR"}}
    refused = company_api(company).send(f"companies/{company.pk}/recharges/", body, key="a")
    assert error_of(refused)[1] == "above_maximum_recharge"
    assert "30.66 EUR" in refused.json()["errors"][0]["detail"]


def test_the_portal_says_the_limits_in_the_accounts_currency(stripe_sandbox: Stack) -> None:
    several_currencies()
    setting("maximum_prepaid_recharge", D(1000))
    owner = browser(make_company(currency="JPY"))
    for page in (reverse("portal:payment-settings"), reverse("portal:pay")):
        shown = owner.get(page).content.decode()
        assert "A payment is between" in shown
        assert "¥1,500" in shown
        assert "¥150,000" in shown


def test_an_automatic_recharge_opens_while_the_months_cap_leaves_the_minimum() -> None:
    """1 000 JPY are left of the cap: enough for 10 USD at 50, not at 150."""
    company = make_company(currency="JPY")
    pay_in(company, Money(2000, "JPY"))
    rule(company, threshold="1000", recharge_to="4000", monthly_cap="1000")
    take(company, 1000)
    rate("JPY", "150", at=LONG_AGO)
    assert open_due_for([company.pk], at=NOW) == 0
    rate("JPY", "50", at=NOW)
    dollars = make_company()
    pay_in(dollars, Money(500, "USD"))
    rule(dollars)
    take(dollars, 475, currency="USD")
    assert open_due_for([company.pk, dollars.pk], at=NOW) == 2
    assert set(Recharge.objects.values_list("amount_currency", flat=True)) == {"JPY", "USD"}


def take(company: Company, amount: int, *, currency: str = "JPY") -> None:
    legs = [
        LegSpec(AccountKind.CUSTOMER, D(-amount), currency, company),
        LegSpec(AccountKind.UNINVOICED, D(amount), currency, company),
    ]
    make_entry(EntryKind.USAGE, company=company, legs=legs, key=new_key(), at=NOW, by=BY)


def test_a_cap_below_the_minimum_is_refused() -> None:
    several_currencies()
    company = make_company(currency="JPY")
    pay_in(company, Money(5000, "JPY"))
    with pytest.raises(InvalidCap):
        rule(company, threshold="1000", recharge_to="4000", monthly_cap="1499")
    rule(company, threshold="1000", recharge_to="4000", monthly_cap="1500")


@pytest.mark.parametrize(("amount", "status"), [(75_000, "booked"), (75_001, "proposed")])
def test_one_person_alone_adjusts_up_to_the_amount(amount: int, status: str) -> None:
    """500 USD are 75 000 JPY."""
    several_currencies()
    company = make_company(currency="JPY")
    money = Money(amount, "JPY")
    done = propose_adjustment(company, amount=money, reason="Test", key=new_key(), by=BY, at=NOW)
    assert done.status == status
    page = staff_client_of("billing").get(f"/admin/accounts/company/{company.pk}/adjust/")
    assert "Booked at once up to 75000 JPY" in page.content.decode()


def test_one_person_alone_refunds_up_to_the_amount(stripe_sandbox: Stack) -> None:
    several_currencies()
    company = make_company(currency="JPY")
    payment = charge_card(
        company,
        amount=Money(200_000, "JPY"),
        purpose=Payment.Purpose.TOP_UP,
        card=save_card(company),
        key=new_key(),
        by=BY,
        at=NOW,
    )
    made = [
        refund_payment(payment, amount=D(amount), reason="Test", key=new_key(), by=BY, at=NOW)
        for amount in (75_000, 75_001)
    ]
    assert [refund.status for refund in made] == ["completed", "proposed"]


def test_a_late_fee_that_is_an_amount_is_converted_and_a_share_is_not() -> None:
    """15 USD are 13.80 EUR at 0.92, by the rate when the invoice became overdue; 5 % of 120.00
    EUR are 6.00 EUR."""
    several_currencies()
    for fee, expected in (("15", D("13.80")), ("5%", D("6.00"))):
        set_value("late_fee", value=fee, by=BY, reason="Test", at=IN_MARCH)
        company = make_company(
            currency="EUR", billing_type="postpaid", credit_limit=None, tax_percent=D(20)
        )
        use_in_march(company, net="100", tax="20", percent="20", currency="EUR")
        invoice = issue(company)
        assert invoice.due_at is not None
        ahead = [step.late_fee for step in timeline(invoice, at=CLOSED_AT) if step.late_fee]
        assert ahead == [expected]
        pursue_debts(at=invoice.due_at)
        assert Charge.objects.get(company=company, kind="late_fee").amount == expected


def test_a_deposit_is_what_a_card_can_be_charged() -> None:
    """1 USD is 150 JPY, 0.92 EUR, and 0.307 KWD, of which a card takes tens of fils: 0.310."""
    several_currencies()
    rate("KWD", "0.307", at=NOW)
    setting("signup_payment", True)
    for currency, amount in (("JPY", "150"), ("EUR", "0.92"), ("KWD", "0.31"), ("USD", "1")):
        company = make_company(currency=currency)
        assert deposit_to_pay(company, at=NOW) == Money(amount, currency)
        promise = deposit_promise(currency, at=NOW)
        assert promise is not None
        assert promise.deposit == Money(amount, currency)
