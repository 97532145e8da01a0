"""A month becomes an invoice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from djmoney.money import Money

from accounts.events.models import Event
from billing.invoicing.actions import close_period, issue_invoice
from billing.invoicing.corrections import credit_invoice, void_invoice
from billing.invoicing.exceptions import CannotCorrect, LineAmountInvalid, PaymentRunning
from billing.invoicing.funds import apply_funds
from billing.invoicing.mails import invoice_pdf
from billing.invoicing.models import Allocation, Fund, Invoice, InvoicePayment
from billing.invoicing.queries import periods_to_close
from billing.ledger.models import Leg
from billing.ledger.queries import balance, lock_account
from billing.payments.models import Payment
from billing.subscriptions.models import BillingPeriod
from tests.accounts.access.client import Api
from tests.billing.invoicing.months import CLOSED_AT, IN_MARCH, issue, rate
from tests.factories import BY, make_company, pay_in
from tests.two_sessions import at_once

pytestmark = pytest.mark.django_db

D = Decimal


def own(kind: str) -> Decimal:
    legs = Leg.objects.filter(account__kind=kind, account__company=None)
    return legs.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def pay_open(company_id: object, *, company: object) -> None:
    account = lock_account(company_id, "USD")  # type: ignore[arg-type]
    apply_funds(company, account, at=CLOSED_AT)  # type: ignore[arg-type]


def test_a_prepaid_month_is_paid_from_the_balance_and_the_balance_does_not_change() -> None:
    """27.089961 + 1.475376 = 28.565337 deducted; the invoice reads 27.09 + 1.48 = 28.57."""
    company = make_company()
    pay_in(company, Money(100, "USD"))
    rate(company, net="27.089961", quantity=18_059_974)
    rate(company, net="1.475376", quantity=245_896)
    before = balance(company).balance
    assert before == Decimal("71.434663")
    invoice = issue(company)
    assert sorted(line.amount for line in invoice.lines.all()) == [
        Decimal("1.48"),
        Decimal("27.09"),
    ]
    assert invoice.total == Decimal("28.57")
    assert invoice.paid_from_balance == Decimal("28.57")
    assert invoice.amount_due == 0
    assert invoice.status == "paid"
    assert invoice.due_at is None
    assert balance(company).balance == before
    assert balance(company).uninvoiced == 0
    assert own("revenue") == Decimal("28.57")
    assert own("rounding") == Decimal("-0.004663")
    assert Fund.objects.get(company=company).unapplied == before


def test_a_postpaid_month_demands_the_rounded_total_by_its_due_date() -> None:
    """10.004 net + 20 % = 12.0048 deducted; 10.00 + 2.00 = 12.00 demanded, 0.0048 given back."""
    company = make_company(billing_type="postpaid", credit_limit=None)
    rate(company, net="10.004", tax="2.0008", percent="20")
    invoice = issue(company)
    assert (invoice.subtotal, invoice.tax, invoice.total) == (D(10), D(2), D(12))
    assert invoice.status == "open"
    assert invoice.amount_due == 12
    assert invoice.due_at == CLOSED_AT + timedelta(days=5)
    assert balance(company).balance == -12
    assert own("tax") == 2
    pay_in(company, Money(12, "USD"), at=CLOSED_AT)
    pay_open(company.pk, company=company)
    invoice.refresh_from_db()
    assert invoice.status == "paid"
    assert balance(company).balance == 0


def test_a_flexible_invoice_demands_only_what_funds_did_not_cover() -> None:
    company = make_company(billing_type="flexible", credit_limit=Decimal(100))
    pay_in(company, Money(30, "USD"))
    rate(company, net="50")
    invoice = issue(company)
    assert invoice.paid_from_balance == 30
    assert invoice.amount_due == 20
    assert balance(company).balance == -20


def test_a_prepaid_invoice_without_cover_asks_for_its_total_and_not_for_a_cent_more() -> None:
    """84.0178125 + 20 % = 100.821375 deducted; 84.02 + 16.80 = 100.82 are asked for and paid."""
    company = make_company(tax_percent=D(20))
    rate(company, net="84.0178125", tax="16.8035625", percent="20")
    invoice = issue(company)
    assert (invoice.status, invoice.total, invoice.amount_due) == (
        "open",
        D("100.82"),
        D("100.821375"),
    )
    assert (invoice.payable, invoice.paid_from_balance) == (D("100.82"), D(0))
    pay_in(company, Money("100.82", "USD"), at=CLOSED_AT)
    pay_open(company.pk, company=company)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.payable) == ("paid", D(0))
    assert balance(company).balance == D("-0.001375")


def test_a_prepaid_invoice_asks_for_what_the_balance_left_of_its_total() -> None:
    """40.00 of 100.821375 are there: 60.82 are left of 100.82; more money pays the rest as well."""
    company = make_company(tax_percent=D(20))
    pay_in(company, Money(40, "USD"))
    rate(company, net="84.0178125", tax="16.8035625", percent="20")
    invoice = issue(company)
    assert (invoice.payable, invoice.paid_from_balance) == (D("60.82"), D(40))
    pay_in(company, Money(100, "USD"), at=CLOSED_AT)
    pay_open(company.pk, company=company)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.amount_due) == ("paid", D(0))
    assert Fund.objects.get(unapplied__gt=0).unapplied == balance(company).balance == D("39.178625")


def test_money_pays_the_oldest_invoice_first_and_partly() -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    rate(company, net="40")
    first = issue(company)
    rate(company, net="25", at=IN_MARCH + timedelta(days=31))
    second = issue(company, at=CLOSED_AT + timedelta(days=30))
    pay_in(company, Money(50, "USD"), at=CLOSED_AT + timedelta(days=31))
    pay_open(company.pk, company=company)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.amount_due) == ("paid", D(0))
    assert (second.status, second.amount_due) == ("open", D(15))
    assert [row.amount for row in Allocation.objects.order_by("id")] == [40, 10]


def test_a_month_without_usage_has_no_invoice() -> None:
    company = make_company()
    total = rate(company, net="1")
    total.delete()
    period = BillingPeriod.objects.get(company=company)
    close_period(period.pk, at=CLOSED_AT)
    assert issue_invoice(period.pk, by="system", at=CLOSED_AT) is None
    period.refresh_from_db()
    assert period.status == "issued"


def test_periods_wait_the_grace_hours_for_late_usage() -> None:
    company = make_company()
    rate(company, net="1")
    [period] = BillingPeriod.objects.filter(company=company)
    one_second = timedelta(seconds=1)
    grace_over = period.ends_at + timedelta(hours=24)
    assert list(periods_to_close(at=grace_over - one_second)) == []
    assert list(periods_to_close(at=grace_over)) == [period]


def test_a_negative_month_is_a_credit_note_and_its_money_pays_the_next_invoice() -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    rate(company, net="-10", tax="-2", percent="20")
    note = issue(company)
    assert note.kind == "credit_note"
    assert (note.subtotal, note.tax, note.total) == (D(10), D(2), D(12))
    assert Fund.objects.get(company=company).unapplied == 12
    rate(company, net="30", at=IN_MARCH + timedelta(days=31))
    invoice = issue(company, at=CLOSED_AT + timedelta(days=30))
    assert invoice.amount_due == 18
    assert balance(company).balance == -18


def test_a_credit_note_for_one_line_goes_to_what_is_due_of_its_invoice() -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    rate(company, net="10", tax="2", percent="20")
    invoice = issue(company)
    note = credit_invoice(
        invoice.pk, amounts={1: Decimal("2.50")}, reason="Fault", key="k1", by=BY, at=CLOSED_AT
    )
    assert (note.subtotal, note.tax, note.total) == (D("2.50"), D("0.50"), D(3))
    invoice.refresh_from_db()
    assert invoice.amount_due == 9
    with pytest.raises(LineAmountInvalid, match=r"7\.50"):
        credit_invoice(
            invoice.pk, amounts={1: Decimal(8)}, reason="Again", key="k2", by=BY, at=CLOSED_AT
        )
    again = credit_invoice(
        invoice.pk, amounts={1: Decimal("2.50")}, reason="Fault", key="k1", by=BY, at=CLOSED_AT
    )
    assert again == note


def test_voiding_takes_back_all_that_is_left() -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    rate(company, net="10", tax="2", percent="20")
    invoice = issue(company)
    credit_invoice(
        invoice.pk, amounts={1: Decimal("2.50")}, reason="Fault", key="k1", by=BY, at=CLOSED_AT
    )
    void_invoice(invoice.pk, reason="Wrong company", key="k2", by=BY, at=CLOSED_AT)
    invoice.refresh_from_db()
    assert invoice.status == "void"
    assert invoice.amount_due == 0
    assert balance(company).balance == 0
    assert sum(note.total for note in invoice.corrections.all()) == 12
    with pytest.raises(CannotCorrect):
        credit_invoice(invoice.pk, amounts=None, reason="Once more", key="k3", by=BY, at=CLOSED_AT)


def test_a_voided_invoice_is_never_said_to_be_paid() -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    rate(company, net="10")
    void_invoice(issue(company).pk, reason="Wrong company", key="k", by=BY, at=CLOSED_AT)
    told = Event.objects.filter(company=company, type__startswith="invoice.")
    assert [event.type for event in told.order_by("id")] == [
        "invoice.issued",
        "invoice.issued",
        "invoice.voided",
    ]


def test_an_invoice_is_not_voided_while_a_card_is_being_charged_for_it() -> None:
    """Else the card would pay for what is void: the second of the two has to wait."""
    company = make_company(billing_type="postpaid", credit_limit=None)
    rate(company, net="10")
    invoice = issue(company)
    payment = Payment.objects.create(
        company=company,
        purpose="invoice",
        method="card",
        gateway="stripe",
        amount=Money(10, "USD"),
        key="pay",
        by=BY,
        created_at=CLOSED_AT,
    )
    asked = InvoicePayment.objects.create(invoice=invoice, payment=payment)
    with pytest.raises(PaymentRunning):
        void_invoice(invoice.pk, reason="Wrong company", key="k1", by=BY, at=CLOSED_AT)
    asked.is_open = False
    asked.save()
    void_invoice(invoice.pk, reason="Wrong company", key="k2", by=BY, at=CLOSED_AT)
    invoice.refresh_from_db()
    assert invoice.status == "void"
    assert invoice.amount_due == 0


def test_the_pdf_is_drawn_from_what_was_frozen() -> None:
    company = make_company()
    pay_in(company, Money(100, "USD"))
    rate(company, net="5")
    invoice = issue(company)
    company.name = "Renamed"
    company.save()
    assert invoice_pdf(invoice).startswith(b"%PDF")
    assert invoice.content["buyer"]["name"] != "Renamed"


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_issue_one_invoice() -> None:
    company = make_company()
    pay_in(company, Money(100, "USD"))
    rate(company, net="5")
    period = BillingPeriod.objects.get(company=company)
    close_period(period.pk, at=CLOSED_AT)
    results = at_once(
        *[lambda: issue_invoice(period.pk, by="system", at=CLOSED_AT) for _ in range(4)]
    )
    assert [result for result in results if isinstance(result, Exception)] == []
    assert sum(result is not None for result in results) == 1
    assert Invoice.objects.count() == 1


def test_the_api_shows_prints_and_exports_an_invoice(staff_api: Api) -> None:
    company = make_company()
    pay_in(company, Money(100, "USD"))
    rate(company, net="27.089961", quantity=18_059_974)
    invoice = issue(company)
    seen = staff_api.read(f"invoices/{invoice.pk}/").json()
    assert seen["total"] == "27.09"
    assert seen["lines"][0]["quantity"] == "18059.974"
    assert seen["lines"][0]["unit"] == "1k_tokens"
    assert seen["lines"][0]["unit_price"] == "0.0015"
    pdf = staff_api.read(f"invoices/{invoice.pk}/pdf/")
    assert pdf["Content-Type"] == "application/pdf"
    assert staff_api.read(f"invoices/{invoice.pk}/xlsx/").content.startswith(b"PK")
    rows = b"".join(staff_api.read("exports/invoices/", format="csv").streaming_content)  # type: ignore[attr-defined]
    assert f"{invoice.number},invoice,paid".encode() in rows
    assert b"27.09" in rows
    for dataset in ("invoice-lines", "payments", "ledger", "charges"):
        answer = staff_api.read(f"exports/{dataset}/", format="jsonl")
        assert answer.status_code == 200
        b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert staff_api.read("exports/secrets/").status_code == 404
    for name, wrong in {"format": "pdf", "from": "yesterday", "company": "nobody"}.items():
        answer = staff_api.read("exports/invoices/", **{name: wrong})
        assert answer.status_code == 400
        assert [error["attr"] for error in answer.json()["errors"]] == [name]
