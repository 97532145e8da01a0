"""Who reaches which page: the table of spec/roles.md, and no company sees another's."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from djmoney.money import Money

from accounts.people.models import Role
from billing.documents.models import Receipt
from billing.invoicing.models import Invoice
from billing.payments.models import Payment
from config import clock
from features.actions import set_value
from telecom.sims.models import Sim
from tests.factories import BY, NOW, make_company
from tests.portal import browser, make_member, signed_in

pytestmark = pytest.mark.django_db

MONEY = (
    "transactions",
    "charges",
    "payments",
    "recharges",
    "invoices",
    "statements",
)
PAYERS = ("balance", "pay", "payment-settings")
EVERYBODY = ("sims", "profile", "messages")
READERS = frozenset({Role.OWNER, Role.ADMIN, Role.FINANCE, Role.VIEWER})
PAYING = frozenset({Role.OWNER, Role.ADMIN, Role.FINANCE})
LEADING = frozenset({Role.OWNER, Role.ADMIN})
ALLOWED = (
    dict.fromkeys(MONEY, READERS)
    | dict.fromkeys(PAYERS, PAYING)
    | dict.fromkeys(EVERYBODY, frozenset(Role))
    | {"team": LEADING}
)


@pytest.mark.parametrize("role", Role)
def test_each_role_reaches_its_pages_and_no_others(role: Role) -> None:
    client = browser(make_company(), role)
    for page, roles in ALLOWED.items():
        answer = client.get(reverse(f"portal:{page}"))
        assert answer.status_code == (200 if role in roles else 403), page


@pytest.mark.parametrize("role", Role)
def test_the_navigation_offers_only_what_the_role_reaches(role: Role) -> None:
    html = browser(make_company(), role).get(reverse("portal:profile")).text
    for page, roles in ALLOWED.items():
        if page == "recharges":  # a tab beside the payments
            continue
        link = f'href="{reverse(f"portal:{page}")}"'
        assert (link in html) == (role in roles), page


def test_the_dashboard_is_for_readers_and_end_users_get_their_sims() -> None:
    company = make_company()
    assert browser(company, Role.VIEWER).get("/portal/").status_code == 200
    assert browser(company, Role.END_USER).get("/portal/").headers["Location"] == "/portal/sims/"


def test_signed_out_leads_to_the_sign_in_and_back() -> None:
    answer = Client().get("/portal/invoices/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/accounts/login/?next=/portal/invoices/"


def test_the_front_page_is_for_who_is_signed_out() -> None:
    assert "Sign in" in Client().get("/").text
    assert browser(make_company()).get("/").headers["Location"] == "/portal/"


def test_another_companys_things_do_not_exist() -> None:
    theirs = make_company()
    payment = Payment.objects.create(
        company=theirs,
        purpose="recharge",
        method="card",
        gateway="stripe",
        amount=Money(10, "USD"),
        key=str(uuid4()),
        by=BY,
        created_at=NOW,
    )
    receipt = Receipt.objects.create(
        company=theirs, number="R-1", issued_at=NOW, amount=1, currency="USD", content={}
    )
    invoice = Invoice.objects.create(
        company=theirs,
        number="I-1",
        status="open",
        status_changed_at=NOW,
        billing_type="prepaid",
        period_start=NOW,
        period_end=NOW,
        issued_at=NOW,
        currency="USD",
        created_at=NOW,
    )
    sim = Sim.objects.create(
        iccid="8949200000000000016", company=theirs, status_changed_at=NOW, created_at=NOW
    )
    stranger, mine = make_member(theirs, Role.FINANCE), browser(make_company())
    addresses = [
        reverse("portal:payment", args=[payment.pk]),
        reverse("portal:payment-return", args=[payment.pk]),
        reverse("portal:payment-confirm", args=[payment.pk]),
        reverse("portal:receipt", args=[receipt.pk]),
        reverse("portal:invoice", args=[invoice.pk]),
        reverse("portal:invoice-pdf", args=[invoice.pk]),
        reverse("portal:invoice-xlsx", args=[invoice.pk]),
        reverse("portal:invoice-pay", args=[invoice.pk]),
        reverse("portal:charge", args=[uuid4()]),
        reverse("portal:sim", args=[sim.iccid]),
        reverse("portal:member", args=[stranger.pk]),
    ]
    assert {address: mine.get(address).status_code for address in addresses} == dict.fromkeys(
        addresses, 404
    )
    for action in ("sim-suspend", "sim-activate"):
        assert mine.post(reverse(f"portal:{action}", args=[sim.iccid])).status_code == 404
    for action in ("member-remove", "member-make-owner"):
        assert mine.post(reverse(f"portal:{action}", args=[stranger.pk])).status_code == 404


@pytest.mark.verifies("portal_payment", "off")
def test_payment_switched_off_shows_the_bank_details_with_403() -> None:
    at = clock.now()
    set_value("portal_payment", value=False, reason="test", by=BY, at=at)
    set_value("bank_details", value="IBAN DE02 1203 0000 0000 2020 51", reason="test", by=BY, at=at)
    client = browser(make_company())
    for page in ("pay", "payment-settings"):
        answer = client.get(reverse(f"portal:{page}"))
        assert answer.status_code == 403
        assert "DE02 1203" in answer.text
    assert reverse("portal:pay") not in client.get("/portal/").text
    assert client.get(reverse("portal:invoices")).status_code == 200


@pytest.mark.verifies("invoice_menu", "off")
def test_the_invoice_menu_switched_off_takes_the_pages_with_it() -> None:
    set_value("invoice_menu", value=False, reason="test", by=BY, at=clock.now())
    client = browser(make_company())
    assert client.get(reverse("portal:invoices")).status_code == 404
    assert reverse("portal:invoices") not in client.get("/portal/").text
    assert client.get(reverse("portal:pay")).status_code == 200


def test_a_suspended_customer_sees_why_and_can_pay() -> None:
    company = make_company()
    company.status, company.status_reason = "suspended", "Invoice I-7 is overdue"
    company.save()
    html = browser(company).get("/portal/").text
    assert "This account is suspended" in html
    assert "Invoice I-7 is overdue" in html
    assert reverse("portal:pay") in html


def test_the_chosen_company_is_the_one_shown() -> None:
    first, second = make_company(), make_company()
    member = make_member(first)
    second.members.create(user=member.user, role=Role.VIEWER, joined_at=NOW)
    client = signed_in(member)
    client.post(reverse("portal:switch-company"), {"company": str(second.pk)})
    assert second.name in client.get("/portal/").text
    assert client.get(reverse("portal:pay")).status_code == 403


def test_errors_have_a_reference_and_pages_a_strict_policy() -> None:
    answer = browser(make_company()).get("/portal/nothing/")
    assert answer.status_code == 404
    assert "Reference" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert " style=" not in answer.text
    assert "<style" not in answer.text
