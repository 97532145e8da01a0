"""A gateway is used by whom the provider lets, and by nobody while it is off."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.audit.models import AuditRecord
from accounts.companies.models import Company
from billing.ledger.queries import balance
from billing.payments.actions.refunds import refund_payment
from billing.payments.actions.switching import set_gateway
from billing.payments.availability import bank_details, is_available
from billing.payments.exceptions import GatewayNotAvailable, UnknownCode, UnknownGateway
from billing.payments.models import GatewaySetting, Payment, PaymentMethod
from billing.recharges.actions.paying import pay_now
from billing.recharges.models import Recharge
from billing.recharges.tasks import attempt_recharges, open_due_recharges
from config.sandbox.testing import Stack
from features.actions import set_value
from tests.accounts.access.client import Api, error_of
from tests.billing.payments.cards import WORKS, save_card, usd
from tests.billing.recharges.companies import company_with_rule
from tests.factories import BY, NOW, make_company, new_key, use
from tests.portal import browser

pytestmark = pytest.mark.django_db
ApiOf = Callable[[Company], Api]
STRIPE, BANK = GatewaySetting.Name.STRIPE, GatewaySetting.Name.BANK_TRANSFER


def switch(
    gateway: str, *, is_on: bool = True, countries: tuple[str, ...] = (), currencies: str = ""
) -> None:
    set_gateway(
        gateway,
        is_on=is_on,
        countries=countries,
        currencies=currencies.split(),
        reason="Asked for",
        by=BY,
        at=NOW,
    )


CODES = st.lists(st.sampled_from(["DE", "FR", "US"]), unique=True)


@given(is_on=st.booleans(), countries=CODES, country=st.sampled_from(["DE", "FR", "US", "JP"]))
def test_an_empty_list_means_all_and_off_means_nobody(
    *, is_on: bool, countries: list[str], country: str
) -> None:
    setting = GatewaySetting(gateway=STRIPE, is_on=is_on, countries=countries)
    expected = is_on and (countries == [] or country in countries)
    assert setting.serves(country=country, currency="USD") is expected


def test_both_are_on_for_all_until_somebody_says_otherwise() -> None:
    company = make_company()
    assert is_available(STRIPE, company)
    assert is_available(BANK, company)


def test_a_gateway_serves_its_countries_and_currencies() -> None:
    german, yen = make_company(), make_company(currency="JPY")
    switch(STRIPE, countries=("fr", "DE", "de"), currencies="usd")
    assert GatewaySetting.objects.get(pk=STRIPE).countries == ["DE", "FR"]
    assert is_available(STRIPE, german)
    assert not is_available(STRIPE, yen)
    switch(STRIPE, countries=("FR",))
    assert not is_available(STRIPE, german)


def test_a_change_is_audited_and_nonsense_is_refused() -> None:
    switch(STRIPE, is_on=False)
    line = AuditRecord.objects.get(action="gateway.changed")
    assert (line.actor, line.target, line.reason) == (BY, "gateway:stripe", "Asked for")
    assert line.before == {"is_on": True, "countries": [], "currencies": []}
    assert line.after == {"is_on": False, "countries": [], "currencies": []}
    with pytest.raises(UnknownCode, match="QQ"):
        switch(STRIPE, countries=("QQ",))
    with pytest.raises(UnknownCode, match="XXZ"):
        switch(STRIPE, currencies="XXZ")
    with pytest.raises(UnknownGateway):
        switch("paypal")
    assert GatewaySetting.objects.get().countries == []


def test_no_card_is_added_while_its_gateway_is_off(company_api: ApiOf) -> None:
    company = make_company()
    switch(STRIPE, is_on=False)
    body = {"gateway": "stripe", "token": WORKS}
    answer = company_api(company).send(f"companies/{company.pk}/payment-methods/", body)
    assert error_of(answer)[:2] == (400, "gateway_not_available")
    assert not PaymentMethod.objects.exists()


@pytest.mark.parametrize("named", ["saved", "one-off"])
def test_no_card_pays_now_while_its_gateway_is_off(
    stripe_sandbox: Stack, company_api: ApiOf, named: str
) -> None:
    company = make_company()
    save_card(company)
    switch(STRIPE, is_on=False)
    body: dict[str, object] = {"amount": {"amount": "100.00", "currency": "USD"}}
    if named == "one-off":
        body["payment_method"] = WORKS
    answer = company_api(company).send(f"companies/{company.pk}/recharges/", body, key="a")
    assert error_of(answer)[:2] == (400, "gateway_not_available")
    assert not Recharge.objects.exists()
    assert not Payment.objects.exists()


def test_what_was_paid_before_is_answered_and_refunded_as_ever(stripe_sandbox: Stack) -> None:
    company = make_company()
    card, key = save_card(company), new_key("pay")
    _, payment = pay_now(company, amount=usd("100"), card=card, key=key, by=BY, at=NOW)
    switch(STRIPE, is_on=False)
    _, again = pay_now(company, amount=usd("100"), card=card, key=key, by=BY, at=NOW)
    assert (again.pk, again.status) == (payment.pk, "completed")
    with pytest.raises(GatewayNotAvailable):
        pay_now(company, amount=usd("100"), card=card, key=new_key("pay"), by=BY, at=NOW)
    refund_payment(payment, amount=Decimal(40), reason="Asked", key="r", by=BY, at=NOW)
    assert balance(company).balance == Decimal(60)


def test_an_automatic_recharge_passes_over_a_card_whose_gateway_is_off(
    stripe_sandbox: Stack,
) -> None:
    company = company_with_rule(balance="30", threshold="25")
    switch(STRIPE, is_on=False)
    use(company, net="10")
    open_due_recharges(at=NOW)
    attempt_recharges(at=NOW)
    recharge = Recharge.objects.get()
    assert (recharge.status, recharge.failure_code) == ("retry_scheduled", "gateway_off")
    assert not Payment.objects.exists()
    assert recharge.next_attempt_at is not None
    switch(STRIPE)
    attempt_recharges(at=recharge.next_attempt_at)
    recharge.refresh_from_db()
    assert recharge.status == "succeeded"


def test_bank_details_show_while_bank_transfer_is_on() -> None:
    company = make_company()
    set_value("bank_details", value="IBAN DE1", reason="test", by=BY, at=NOW)
    assert bank_details(company, at=NOW) == "IBAN DE1"
    customer = browser(company)
    for page in ("/portal/pay/", "/portal/profile/payment/"):
        assert "Bank transfer" in (text := customer.get(page).text) or "bank transfer" in text
        assert "IBAN DE1" in text
    switch(BANK, countries=("FR",))
    assert bank_details(company, at=NOW) is None
    for page in ("/portal/pay/", "/portal/profile/payment/"):
        assert "IBAN DE1" not in customer.get(page).text


def test_the_portal_offers_no_card_form_while_cards_are_off() -> None:
    customer = browser(make_company())
    assert "data-card-fields" in customer.get("/portal/pay/").text
    switch(STRIPE, currencies="EUR")
    for page in ("/portal/pay/", "/portal/profile/payment/"):
        text = customer.get(page).text
        assert "data-card-fields" not in text
        assert "not available" in text
