"""Paying by invoice in the portal: asking for one, its paper, the list, paying and voiding."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.companies.models import Company
from accounts.people.models import Role
from billing.payments.models import Payment
from billing.topups.models import TopUpInvoice
from config.sandbox.testing import Stack
from features.actions import set_value
from tests.billing.payments.cards import DECLINES, save_card, usd
from tests.billing.topups.asking import ask, state, transfer
from tests.factories import BY, NOW, make_company
from tests.portal import browser, form_key

pytestmark = pytest.mark.django_db(transaction=True)
ASK, LIST = "/portal/pay/invoice/", "/portal/payments/top-up-invoices/"


@pytest.fixture
def company() -> Company:
    return make_company()


@pytest.fixture
def client(company: Company) -> Client:
    return browser(company)


def test_pay_now_offers_it_and_the_form_sent_twice_issues_one(client: Client) -> None:
    assert f'href="{ASK}"' in client.get("/portal/pay/").text
    form = {"key": form_key(client, ASK), "amount": "300"}
    first, second = client.post(ASK, form), client.post(ASK, form)
    invoice = TopUpInvoice.objects.get()
    assert first.headers["Location"] == second.headers["Location"] == f"{LIST}{invoice.pk}/"
    assert state(invoice) == ("open", "300.00")


@pytest.mark.parametrize(
    ("amount", "says"),
    [
        ("9.99", "A recharge is at least 10.00 USD."),
        ("0", "The amount must be above zero."),
        ("ten", "plain decimal number"),
    ],
)
def test_an_amount_that_cannot_be_is_refused_beside_the_field(
    client: Client, amount: str, says: str
) -> None:
    answer = client.post(ASK, {"key": form_key(client, ASK), "amount": amount})
    assert says in answer.text
    assert f'value="{amount}"' in answer.text
    assert not TopUpInvoice.objects.exists()


def test_the_page_reads_like_its_paper(client: Client, company: Company) -> None:
    set_value("bank_details", value="IBAN IE29 AIBK 9311", reason="test", by=BY, at=NOW)
    invoice = ask(company)
    transfer(company, "100.00", paying=invoice)
    html = client.get(f"{LIST}{invoice.pk}/").text
    for text in (
        "TU-000001",
        "$300.00",
        "$100.00",
        "$200.00",
        "IBAN IE29 AIBK 9311",
        "Give TU-000001 as the reference.",
        "Demand for prepayment. No tax invoice.",
        "MT940 / 17",
        f'href="{LIST}{invoice.pk}/pay/"',
    ):
        assert text in html, text
    assert f"{LIST}{invoice.pk}/void/" not in html, "part of it is paid"
    assert client.get(f"{LIST}{invoice.pk}/pdf/").content.startswith(b"%PDF")


def test_what_is_left_is_paid_with_a_saved_card(
    client: Client, company: Company, stripe_sandbox: Stack
) -> None:
    card = save_card(company)
    invoice = ask(company)
    transfer(company, "100.00", paying=invoice)
    address = f"{LIST}{invoice.pk}/pay/"
    form = {"key": form_key(client, address), "card": str(card.pk)}
    first, second = client.post(address, form), client.post(address, form)
    assert first.headers["Location"] == second.headers["Location"]
    payment = Payment.objects.get(method="card")
    assert (payment.amount, payment.reference) == (usd("200"), "TU-000001")
    assert state(invoice) == ("paid", "0.00")
    page = client.get(f"/portal/payments/{payment.pk}/").text
    assert f'href="{LIST}{invoice.pk}/"' in page
    assert client.get(address).headers["Location"] == f"{LIST}{invoice.pk}/"


def test_a_declined_card_leads_back_to_it(
    client: Client, company: Company, stripe_sandbox: Stack
) -> None:
    card = save_card(company, DECLINES)
    address = f"{LIST}{ask(company).pk}/pay/"
    answer = client.post(address, {"key": form_key(client, address), "card": str(card.pk)})
    page = client.get(answer.headers["Location"]).text
    assert "Nothing was charged" in page
    assert f'href="{address}"' in page


def test_it_is_voided_with_a_reason(client: Client, company: Company) -> None:
    invoice = ask(company)
    address = f"{LIST}{invoice.pk}/void/"
    assert f'href="{address}"' in client.get(f"{LIST}{invoice.pk}/").text
    assert client.post(address, {"reason": ""}).status_code == 200
    assert state(invoice) == ("open", "300.00")
    client.post(address, {"reason": "Paid by card instead"})
    assert state(invoice) == ("void", "0.00")
    page = client.get(f"{LIST}{invoice.pk}/").text
    assert "Paid by card instead" in page
    assert f"{LIST}{invoice.pk}/pay/" not in page


def test_the_list_filters_sums_and_exports(client: Client, company: Company) -> None:
    assert "No top-up invoices yet" in client.get(LIST).text
    paid = ask(company, "50.00")
    ask(company, "300.00")
    transfer(company, "50.00", paying=paid)
    html = client.get(LIST).text
    assert "TU-000001" in html
    assert re.search(r"Amount due.*?\$300\.00", html, re.DOTALL)
    assert "TU-000002" not in client.get(f"{LIST}?status=paid").text
    export = client.get(f"{LIST}?export=csv&sort=oldest")
    lines = b"".join(export).decode("utf-8-sig").splitlines()
    assert len(lines) == 3, lines
    assert all(line.endswith("USD") for line in lines[1:])
    assert lines[1].startswith("TU-00000"), lines


def test_who_may_not_pay_sees_it_and_does_nothing(company: Company) -> None:
    invoice, viewer = ask(company), browser(company, Role.VIEWER)
    page = viewer.get(f"{LIST}{invoice.pk}/")
    assert page.status_code == 200
    for act in ("pay", "void"):
        assert f"{LIST}{invoice.pk}/{act}/" not in page.text
        assert viewer.get(f"{LIST}{invoice.pk}/{act}/").status_code == 403
    assert viewer.get(ASK).status_code == 403


def test_portal_payment_off_shows_the_bank_details_instead(
    client: Client, company: Company
) -> None:
    invoice = ask(company)
    set_value("portal_payment", value=False, reason="test", by=BY, at=NOW)
    for address in (ASK, f"{LIST}{invoice.pk}/pay/"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "Pay by bank transfer" in answer.text
    assert client.get(f"{LIST}{invoice.pk}/").status_code == 200
