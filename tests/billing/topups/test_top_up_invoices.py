"""Asking for a prepayment, paying it and voiding it, over the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from accounts.audit.models import AuditRecord
from accounts.companies.models import Company
from accounts.events.models import Event
from accounts.events.tasks import dispatch_outbox
from accounts.notifications.models import Mail
from billing.documents.models import Series
from billing.insight.books import prove_books
from billing.ledger.models import Entry
from billing.ledger.queries import balance
from billing.payments.actions.charging import refresh_payment
from billing.payments.models import Payment
from billing.payments.registry import is_needed
from billing.profiles.models import BillingProfile
from billing.topups.actions.issuing import void_top_up_invoice
from billing.topups.actions.paying import pay_top_up_invoice
from billing.topups.models import TopUpInvoice
from billing.topups.tasks import withdraw_needless_payments
from config.clock import now
from config.sandbox.testing import Stack
from features.actions import set_value
from tests.accounts.access.client import Api, error_of
from tests.billing.invoicing.months import issue, rate
from tests.billing.payments.cards import (
    DECLINES,
    WANTS_3DS,
    WORKS,
    authenticate,
    card_token,
    save_card,
)
from tests.billing.recharges.companies import books_agree
from tests.billing.topups.asking import ask, state, transfer
from tests.factories import BY, NOW, make_company, new_key

pytestmark = pytest.mark.django_db
ApiOf = Callable[[Company], Api]


def asked(amount: str = "300.00", currency: str = "USD") -> dict[str, object]:
    return {"amount": {"amount": amount, "currency": currency}}


def route(company: Company, invoice: TopUpInvoice | None = None, act: str = "") -> str:
    one = f"{invoice.pk}/{act}" if invoice else ""
    return f"companies/{company.pk}/top-up-invoices/{one}"


def test_same_key_issues_once_and_numbers_have_no_gap(company_api: ApiOf) -> None:
    company = make_company()
    api = company_api(company)
    first = api.send(route(company), asked(), key="a")
    assert api.send(route(company), asked(), key="a").json() == first.json()
    assert error_of(api.send(route(company), asked("50"), key="a"))[:2] == (
        409,
        "idempotency_key_reused",
    )
    refused = api.send(route(company), asked("9.99"), key="b")
    assert error_of(refused) == (400, "below_minimum_recharge", "amount")
    assert api.send(route(company), asked(), key="b").json()["number"] == "TU-000002"
    assert Series.objects.get(kind="top_up_invoice").next_number == 3


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        (asked("9.99"), "below_minimum_recharge", "amount"),
        (asked("200.01"), "above_maximum_recharge", "amount"),
        (asked("0"), "invalid_amount", "amount"),
        (asked("100.001"), "invalid_amount", "amount.amount"),
        (asked("100", "EUR"), "wrong_currency", "amount.currency"),
        ({}, "required", "amount"),
    ],
)
def test_the_recharge_limits_bind_it(
    company_api: ApiOf, body: dict[str, object], code: str, attr: str
) -> None:
    company = make_company()
    set_value("maximum_prepaid_recharge", value="200", reason="test", by=BY, at=NOW)
    answer = company_api(company).send(route(company), body, key=new_key())
    assert error_of(answer) == (400, code, attr)
    assert not TopUpInvoice.objects.exists()
    assert not Series.objects.exists(), "no number is taken"


def test_it_is_mailed_to_the_invoice_addresses_with_pdf_and_bank_details() -> None:
    company = make_company()
    BillingProfile.objects.filter(company=company).update(invoice_emails=["ap@x.example"])
    set_value("bank_details", value="IBAN IE29 AIBK 9311", reason="test", by=BY, at=NOW)
    invoice = ask(company)
    dispatch_outbox(at=NOW)
    dispatch_outbox(at=NOW)
    mail = Mail.objects.get(company=company)
    assert (mail.to, mail.kind) == ("ap@x.example", "top_up_invoice_issued")
    for text in ("$300.00", "IBAN IE29 AIBK 9311", "Give TU-000001 as the reference.", "15 Mar"):
        assert text in mail.text
    assert mail.attachments.get().filename == "TU-000001.pdf"
    assert invoice.due_at == NOW + timedelta(days=5)


def test_events_tell_of_issue_payment_and_voiding() -> None:
    company = make_company()
    invoice, other = ask(company), ask(company)
    transfer(company, "300.00", paying=invoice)
    void_top_up_invoice(other.pk, reason="Not needed", by=BY, at=NOW)
    told = Event.objects.filter(company=company, type__contains="top_up").order_by("id")
    assert [(e.type, e.data["top_up_invoice"]["number"]) for e in told] == [
        ("account.top_up_invoice_issued", "TU-000001"),
        ("account.top_up_invoice_issued", "TU-000002"),
        ("account.top_up_invoice_paid", "TU-000001"),
        ("account.top_up_invoice_voided", "TU-000002"),
    ]


def test_what_is_issued_is_frozen_by_the_database() -> None:
    invoice = ask(make_company())
    rows = TopUpInvoice.objects.filter(pk=invoice.pk)
    changes: list[dict[str, object]] = [
        {"number": "TU-9"},
        {"amount": 400},
        {"content": {}},
        {"due_at": now()},
    ]
    for change in changes:
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        rows.delete()


def test_a_reference_that_is_its_number_pays_it() -> None:
    company = make_company()
    invoice = ask(company)
    payment = transfer(company, "120.00", reference=" tu-000001 ")
    assert state(invoice) == ("open", "180.00")
    assert payment.for_top_up.top_up_invoice == invoice


def test_the_number_of_another_company_as_reference_is_only_a_reference() -> None:
    theirs = ask(make_company())
    mine = make_company()
    transfer(mine, "300.00", reference=theirs.number)
    assert state(theirs) == ("open", "300.00")
    assert balance(mine).balance == Decimal(300)


def test_what_is_over_is_simply_balance() -> None:
    company = make_company()
    invoice = ask(company)
    transfer(company, "350.00", paying=invoice)
    assert state(invoice) == ("paid", "0.00")
    assert balance(company).balance == Decimal(350)
    transfer(company, "10.00", reference=invoice.number)
    assert invoice.payments.count() == 1, "a paid one takes no more"
    assert balance(company).balance == Decimal(360)


def test_a_transfer_for_one_that_asks_for_nothing_is_refused(staff_api: Api) -> None:
    company = make_company()
    paid, gone, theirs = ask(company), ask(company), ask(make_company())
    transfer(company, "300.00", paying=paid)
    void_top_up_invoice(gone.pk, reason="Not needed", by=BY, at=NOW)
    body = asked("50") | {"company": str(company.pk), "method": "bank_transfer", "reference": "x"}
    for invoice, status, code in (
        (paid, 409, "top_up_invoice_not_open"),
        (gone, 409, "top_up_invoice_not_open"),
        (theirs, 400, "unknown_top_up_invoice"),
    ):
        sent = body | {"top_up_invoice": str(invoice.pk)}
        answer = staff_api.send("payments/", sent, key=new_key())
        assert error_of(answer) == (status, code, "top_up_invoice")
    assert Payment.objects.count() == 1
    assert balance(company).balance == Decimal(300)


def test_a_declined_card_changes_nothing_and_another_may_be_tried(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    company = make_company()
    save_card(company, DECLINES)
    invoice, api = ask(company), company_api(company)
    answer = api.send(route(company, invoice, "pay/"), {}, key="a")
    assert error_of(answer)[:2] == (402, "card_declined")
    assert state(invoice) == ("open", "300.00")
    sent = {"payment_method": WORKS}
    assert api.send(route(company, invoice, "pay/"), sent, key="b").status_code == 201
    assert state(invoice) == ("paid", "0.00")
    again = api.send(route(company, invoice, "pay/"), sent, key="c")
    assert error_of(again)[:2] == (409, "top_up_invoice_not_open")
    assert balance(company).balance == Decimal(300)


def test_same_key_pays_once_and_for_the_one_it_was_made_for(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    company = make_company()
    save_card(company)
    invoice, api = ask(company), company_api(company)
    first = api.send(route(company, invoice, "pay/"), {}, key="a")
    second = api.send(route(company, invoice, "pay/"), {}, key="a")
    assert (second.status_code, second.json()) == (201, first.json())
    assert Payment.objects.count() == 1


def test_3d_secure_holds_the_place_until_the_customer_has_answered(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    company = make_company()
    save_card(company, card_token(WANTS_3DS))
    invoice, api = ask(company), company_api(company)
    waiting = api.send(route(company, invoice, "pay/"), {}, key="a")
    assert waiting.status_code == 202
    body = waiting.json()
    assert body["status"] == "requires_action"
    assert body["redirect_url"].startswith("http")
    second = api.send(route(company, invoice, "pay/"), {"payment_method": WORKS}, key="b")
    assert error_of(second)[:2] == (409, "payment_in_progress")
    voided = api.send(route(company, invoice, "void/"), {"reason": "x"}, key="c")
    assert error_of(voided)[:2] == (409, "payment_in_progress")

    authenticate(body["client_secret"], success=True)
    refresh_payment(Payment.objects.get(pk=body["payment"]), at=NOW)
    assert state(invoice) == ("paid", "0.00")
    assert balance(company).balance == Decimal(300)


def test_a_card_that_waits_for_the_bank_is_withdrawn_when_a_transfer_has_paid(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    company = make_company()
    card = save_card(company, card_token(WANTS_3DS))
    invoice = ask(company)
    payment = pay_top_up_invoice(invoice.pk, card=card, key=new_key(), by=BY, at=NOW)
    assert payment.status == Payment.Status.REQUIRES_ACTION
    transfer(company, "100.00", paying=invoice)
    assert withdraw_needless_payments(at=NOW) == 0, "200.00 are still asked for"
    transfer(company, "200.00", paying=invoice)
    assert not is_needed(payment)
    assert withdraw_needless_payments(at=NOW) == 1
    assert withdraw_needless_payments(at=NOW) == 0
    payment.refresh_from_db()
    assert payment.status == Payment.Status.FAILED
    assert state(invoice) == ("paid", "0.00")
    assert balance(company).balance == Decimal(300)


def test_it_is_voided_while_nothing_is_paid_of_it(company_api: ApiOf) -> None:
    company = make_company()
    invoice, touched, api = ask(company), ask(company), company_api(company)
    transfer(company, "1.00", paying=touched)
    gone = api.send(route(company, invoice, "void/"), {"reason": "Two by mistake"}, key="a")
    assert gone.json()["status"] == "void"
    assert gone.json()["status_reason"] == "Two by mistake"
    assert gone.json()["amount_due"]["amount"] == "0.00"
    assert AuditRecord.objects.get(action="top_up_invoice.voided").reason == "Two by mistake"
    refused = api.send(route(company, touched, "void/"), {"reason": "x"}, key="b")
    assert error_of(refused)[:2] == (409, "top_up_invoice_partly_paid")
    pay = api.send(route(company, invoice, "pay/"), {}, key="c")
    assert error_of(pay)[:2] == (400, "payment_method_required")
    assert state(touched) == ("open", "299.00")


def test_a_void_one_is_not_paid_by_card(stripe_sandbox: Stack, company_api: ApiOf) -> None:
    company = make_company()
    save_card(company)
    invoice = ask(company)
    void_top_up_invoice(invoice.pk, reason="x", by=BY, at=NOW)
    answer = company_api(company).send(route(company, invoice, "pay/"), {}, key="a")
    assert error_of(answer)[:2] == (409, "top_up_invoice_not_open")
    assert not Payment.objects.exists()


def test_portal_payment_off_stops_customers_not_staff(
    stripe_sandbox: Stack, company_api: ApiOf, staff_api: Api
) -> None:
    company = make_company()
    save_card(company)
    invoice, api = ask(company), company_api(company)
    set_value("portal_payment", value=False, reason="test", by=BY, at=NOW)
    off = (403, "portal_payment_off")
    assert error_of(api.send(route(company), asked(), key="a"))[:2] == off
    assert error_of(api.send(route(company, invoice, "pay/"), {}, key="b"))[:2] == off
    assert api.read(route(company, invoice)).status_code == 200
    assert api.read(route(company, invoice, "pdf/")).content.startswith(b"%PDF")
    assert staff_api.send(route(company), asked(), key="a").status_code == 201
    assert staff_api.send(route(company, invoice, "pay/"), {}, key="b").status_code == 201
    assert balance(company).balance == Decimal(300)


def test_the_list_is_filtered_by_status_number_and_day(company_api: ApiOf) -> None:
    company = make_company()
    first, second = ask(company), ask(company)
    transfer(company, "300.00", paying=first)
    api = company_api(company)

    def numbers(**query: str) -> list[str]:
        return [row["number"] for row in api.read(route(company), **query).json()["results"]]

    assert numbers() == [second.number, first.number]
    assert numbers(status="paid") == [first.number]
    assert numbers(number=second.number) == [second.number]
    assert numbers(to="2020-01-01") == []
    assert api.read(route(company), status="lost").status_code == 400


def test_yen_and_dinar_are_asked_for_in_their_own_minor_units(
    stripe_sandbox: Stack, company_api: ApiOf
) -> None:
    for currency, amount in (("JPY", "1000"), ("KWD", "12.340")):
        company = make_company(currency=currency)
        save_card(company)
        api = company_api(company)
        issued = api.send(route(company), asked(amount, currency), key="a").json()
        assert issued["amount_due"] == {"amount": amount, "currency": currency}
        paid = api.send(f"{route(company)}{issued['id']}/pay/", {}, key="b")
        assert paid.json()["balance_after"] == {"amount": amount, "currency": currency}


def test_for_a_postpaid_customer_the_money_pays_the_oldest_invoice() -> None:
    """It is money like any other: 100.00 owed, 300.00 asked for and paid, 200.00 stay."""
    company = make_company(billing_type="postpaid", credit_limit=None)
    rate(company, net="100")
    owed = issue(company)
    assert owed.amount_due == Decimal(100)
    invoice = ask(company)
    transfer(company, "300.00", paying=invoice)
    owed.refresh_from_db()
    assert (owed.status, owed.amount_due) == ("paid", Decimal(0))
    assert state(invoice) == ("paid", "0.00")
    assert balance(company).balance == Decimal(200)


def test_the_audit_finds_an_amount_due_that_is_not_so() -> None:
    company = make_company()
    invoice = ask(company)
    transfer(company, "100.00", paying=invoice)
    assert books_agree()
    TopUpInvoice.objects.filter(pk=invoice.pk).update(amount_due=150)
    assert [proof.check.name for proof in prove_books() if not proof.holds] == [
        "top_up_invoices_add_up"
    ]
    assert Entry.objects.count() == 1
