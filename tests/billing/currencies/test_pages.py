"""What customers and staff see of several currencies: pages, documents, given prices, Books."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from djmoney.money import Money

from accounts.people.models import Role
from billing.insight.exchange import exchange_positions
from billing.invoicing.mails import invoice_pdf
from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.models import AccountKind, EntryKind
from billing.metering.models import Charge
from billing.profiles.actions import choose_currencies
from billing.profiles.queries import profile_of
from tests.accounts.access.client import Api
from tests.billing.currencies.test_rating import euro_company, use
from tests.billing.currencies.world import rate, several_currencies, switch
from tests.billing.invoicing.months import issue
from tests.billing.invoicing.months import rate as use_in_march
from tests.config.staff.people import staff_client_of
from tests.factories import BY, NOW, make_company, make_subscription, new_key, pay_in
from tests.portal import browser

pytestmark = pytest.mark.django_db
PAGE = "/portal/settings/currencies/"


@pytest.mark.verifies("multi_currency", "on")
def test_a_customer_chooses_its_currencies_and_sees_its_balance_in_them() -> None:
    several_currencies()
    company = make_company()
    pay_in(company, Money(100, "USD"))
    finance = browser(company, Role.FINANCE)
    chosen = {"display_currency": "EUR", "payment_currency": "JPY"}
    assert finance.post(PAGE, chosen).status_code == 302
    profile = profile_of(company.pk)
    assert (profile.display_currency, profile.payment_currency) == ("EUR", "JPY")
    shown = finance.get("/portal/balance/").content.decode()
    assert "≈ €92.00" in shown
    assert "1 USD = 0.92 EUR" in shown
    assert PAGE in shown
    assert browser(company, Role.VIEWER).get(PAGE).status_code == 403


@pytest.mark.verifies("multi_currency", "off")
def test_off_neither_the_page_nor_the_menus_nor_the_amounts_are_there() -> None:
    several_currencies()
    company = make_company()
    pay_in(company, Money(100, "USD"))
    choose_currencies(company, display_currency="EUR", payment_currency="", by=BY, at=NOW)
    switch(on=False, at=NOW)
    owner = browser(company)
    assert owner.get(PAGE).status_code == 404
    shown = owner.get("/portal/balance/").content.decode()
    assert "€" not in shown
    assert PAGE not in shown
    staff = staff_client_of("administrator")
    for name in ("currency", "exchangerate"):
        address = reverse(f"admin:billing_{name}_changelist")
        assert staff.get(address).status_code == 403
        assert address not in staff.get(reverse("admin:index")).content.decode()


@pytest.mark.verifies("multi_currency", "on")
def test_staff_set_a_rate_and_see_it_in_the_list() -> None:
    switch(on=True)
    staff = staff_client_of("catalog")
    asked = {"currency": "EUR", "units_per_base": "0.92", "valid_from": ""}
    assert staff.post(reverse("admin:billing_exchangerate_add"), asked).status_code == 302
    listed = staff.get(reverse("admin:billing_exchangerate_changelist")).content.decode()
    assert "0.92" in listed
    assert staff.get(reverse("admin:billing_currency_changelist")).status_code == 200


def test_an_invoice_keeps_what_it_comes_to_whatever_the_rate_is_later() -> None:
    """120 USD are 110.40 EUR, at 0.92. An account in EUR: 20 EUR of tax are 21.74 USD."""
    several_currencies()
    company = make_company(tax_percent=Decimal(20))
    choose_currencies(company, display_currency="EUR", payment_currency="", by=BY, at=NOW)
    use_in_march(company, net="100", tax="20", percent="20")
    invoice = issue(company)
    rate("EUR", "0.50", at=NOW + timedelta(days=60))
    invoice.refresh_from_db()
    [total] = invoice.content["exchanges"]
    assert (total["purpose"], total["amount"], total["amount_currency"]) == (
        "total",
        "110.40",
        "EUR",
    )
    assert Decimal(total["units_per_base"]) == Decimal("0.92")
    assert invoice_pdf(invoice).startswith(b"%PDF")
    page = browser(company).get(f"/portal/invoices/{invoice.pk}/").content.decode()
    assert "€110.40" in page

    euros = make_company(currency="EUR", tax_percent=Decimal(20))
    use_in_march(euros, net="100", tax="20", percent="20", currency="EUR")
    [tax] = issue(euros).content["exchanges"]
    assert (tax["purpose"], tax["amount"], tax["amount_currency"]) == ("tax", "21.74", "USD")


def test_a_price_and_a_fee_given_in_the_accounts_currency_are_not_converted(staff_api: Api) -> None:
    switch(on=True)
    plan = staff_api.send(
        "plans/",
        {
            "name": "Given",
            "kind": "paygo",
            "currency": "USD",
            "fee": "30",
            "fees": [{"currency": "EUR", "fee": "28"}],
            "prices": [
                {"per_unit": "0.01", "unit": "MB"},
                {"per_unit": "0.008", "unit": "MB", "currency": "EUR"},
                {"per_unit": "0.02", "unit": "MB", "country": "FR"},
            ],
            "effective_from": "2025-01-01T00:00:00Z",
        },
    ).json()
    company = euro_company()
    body = {"company": str(company.pk), "plan": plan["id"], "subject": "s"}
    started = staff_api.send("subscriptions/", {**body, "starts_at": "2026-03-01T00:00:00Z"})
    assert started.status_code == 201
    use(staff_api, ("a", "2026-03-10T10:00:00Z", 100))
    found = Charge.objects.get(external_id="a")
    assert (found.amount, found.exchange_rate) == (Decimal("0.8"), None)
    assert found.price is not None
    assert found.price.currency == "EUR"


def test_books_show_what_a_risen_euro_gained() -> None:
    """+92 EUR and −100 USD are even at 0.92; at 0.90 the 92 EUR are 102.22 USD."""
    rate("EUR", "0.92")
    company = make_company()
    make_subscription(company)
    legs = [
        LegSpec(AccountKind.CASH, Decimal(-92), "EUR", detail="stripe"),
        LegSpec(AccountKind.FX, Decimal(92), "EUR"),
        LegSpec(AccountKind.FX, Decimal(-100), "USD"),
        LegSpec(AccountKind.CUSTOMER, Decimal(100), "USD", company),
    ]
    make_entry(EntryKind.PAYMENT, company=company, legs=legs, key=new_key(), at=NOW, by=BY)
    assert exchange_positions(at=NOW).gain == Decimal("0.00")
    rate("EUR", "0.90", at=NOW)
    assert exchange_positions(at=NOW).gain == Decimal("2.22")
    page = staff_client_of("auditor").get(reverse("admin:books")).content.decode()
    assert "fx:EUR" in page
    assert "2.22" in page
