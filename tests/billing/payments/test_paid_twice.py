"""Money that came in twice for one thing: booked, and marked for staff to look at."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from djmoney.money import Money

from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from billing.invoicing.models import Invoice
from billing.invoicing.payments import pay_invoice
from billing.ledger.queries import balance
from billing.payments.actions.charging import reconcile
from billing.payments.actions.standing import flag_for_review, note_success
from billing.payments.actions.transfers import record_transfer
from billing.payments.models import Payment, PaymentStanding
from config.sandbox.testing import Stack
from tests.billing.invoicing.months import CLOSED_AT, issue, use_as_charged
from tests.billing.payments.cards import WANTS_3DS, authenticate, card_token, save_card
from tests.books import faults
from tests.config.staff.people import staff_client_of
from tests.factories import BY, NOW, make_company, new_key

pytestmark = pytest.mark.django_db


def _marked(company: Company) -> str:
    """Why the company is to be reviewed; empty when it is not."""
    standing = PaymentStanding.objects.filter(company=company).exclude(review_since=None).first()
    return standing.review_reason if standing else ""


def _transferred(company: Company, amount: str) -> None:
    record_transfer(
        company,
        amount=Money(Decimal(amount), "USD"),
        method=Payment.Method.BANK_TRANSFER,
        reference="MT940 / 17",
        received_at=CLOSED_AT,
        key=new_key(),
        by=BY,
        at=CLOSED_AT,
    )


def _waiting_for_the_bank(invoice: Invoice) -> Payment:
    card = save_card(invoice.company, card_token(WANTS_3DS))
    return pay_invoice(invoice.pk, card=card, key=new_key(), by=BY, at=CLOSED_AT)


def test_an_invoice_paid_by_transfer_while_its_card_payment_waited(stripe_sandbox: Stack) -> None:
    """12.00 asked for, 12.00 by transfer, 12.00 by card: paid, 12.00 on the balance, one look."""
    company = make_company(billing_type="postpaid", credit_limit=None)
    use_as_charged(company, net="12")
    invoice = issue(company)
    payment = _waiting_for_the_bank(invoice)
    _transferred(company, "12")
    assert _marked(company) == ""
    authenticate(payment.client_secret, success=True)
    reconcile(payment, at=CLOSED_AT)
    invoice.refresh_from_db()
    assert (invoice.status, balance(company).balance) == ("paid", Decimal(12))
    assert _marked(company) == f"{invoice.number} was paid twice"
    assert faults() == []


def test_an_invoice_paid_once_marks_nobody(stripe_sandbox: Stack) -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    use_as_charged(company, net="12")
    payment = _waiting_for_the_bank(issue(company))
    authenticate(payment.client_secret, success=True)
    reconcile(payment, at=CLOSED_AT)
    assert _marked(company) == ""


def test_the_mark_outlasts_other_payments_and_goes_when_staff_have_looked() -> None:
    company = make_company()
    lock_company(company.pk)
    flag_for_review(company, reason="INV-000001 was paid twice", at=NOW)
    note_success(company)
    assert _marked(company) == "INV-000001 was paid twice"
    staff: Client = staff_client_of("billing")
    page = f"/admin/accounts/company/{company.pk}/"
    assert "INV-000001 was paid twice; to be reviewed since" in staff.get(f"{page}change/").text
    staff.post(f"{page}reviewed/", {"reason": "One of them is given back"})
    assert _marked(company) == ""
    assert f"{page}reviewed/" not in staff.get(f"{page}change/").text
