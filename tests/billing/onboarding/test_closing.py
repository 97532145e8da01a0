"""Closing a company: the figures of what is owed and of what goes back, once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from djmoney.money import Money

from accounts.companies.models import Company
from accounts.events.tasks import dispatch_outbox
from accounts.notifications.models import Mail
from accounts.people.models import Role
from billing.invoicing.models import Invoice
from billing.ledger.queries import balance
from billing.onboarding.actions.closing import close_account, record_payout
from billing.onboarding.exceptions import NothingToTransfer
from billing.onboarding.models import Closing
from billing.payments.actions.refunds import reconcile_refund
from billing.payments.actions.transfers import record_transfer
from billing.payments.models import Payment, Refund
from billing.promotions.actions import create_promo_code, redeem
from billing.promotions.models import PromoCode
from billing.recharges.actions.paying import pay_now
from billing.subscriptions.models import BillingPeriod, Subscription
from config.sandbox.testing import Stack
from tests.accounts.access.client import Api, company_client
from tests.billing.metering.usage import MB, record, send
from tests.billing.payments.cards import save_card
from tests.books import faults
from tests.config.staff.people import staff_client_of
from tests.factories import BY, NOW, credit, make_company, make_subscription, new_key
from tests.portal import browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stripe_sandbox")]

D = Decimal
LATER = NOW + timedelta(hours=1)


def _paid(company: Company, amount: str, *, at: Any = NOW) -> Payment:
    card = save_card(company)
    money = Money(D(amount), "USD")
    _recharge, payment = pay_now(company, amount=money, card=card, key=new_key(), by=BY, at=at)
    assert payment.status == Payment.Status.COMPLETED
    return payment


def _transferred(company: Company, amount: str) -> None:
    record_transfer(
        company,
        amount=Money(D(amount), "USD"),
        method=Payment.Method.BANK_TRANSFER,
        reference="MT940 / 17",
        received_at=NOW,
        key=new_key(),
        by=BY,
        at=NOW,
    )


def _close(company: Company) -> Closing:
    return close_account(company, reason="Moved away", by=BY, at=LATER)


def _refunds() -> list[tuple[Decimal, str]]:
    rows = Refund.objects.order_by("-payment__received_at")
    return [(row.amount.amount, row.status) for row in rows]


def test_what_is_left_goes_back_newest_card_payment_first_and_the_rest_by_transfer() -> None:
    """In by card 20.00 and then 50.00, by bank 15.00; used 12.00. 85 − 12 = 73 left: 50.00 to the
    newer payment, 20.00 to the older one, 3.00 to be sent by bank transfer."""
    company = make_company()
    _paid(company, "20.00")
    _paid(company, "50.00", at=NOW + timedelta(minutes=5))
    _transferred(company, "15.00")
    make_subscription(company, subject="line")
    send(record("line", 1200 * MB), at=NOW)
    assert balance(company).balance == 73
    closing = _close(company)
    company.refresh_from_db()
    assert (company.status, company.status_reason) == ("closed", "Moved away")
    assert closing.invoice is not None
    assert (closing.invoice.total, closing.invoice.status) == (D(12), "paid")
    assert _refunds() == [(D(50), "completed"), (D(20), "completed")]
    assert (closing.to_transfer, balance(company).balance) == (D(3), D(3))
    record_payout(closing, reference="SEPA 4711", by=BY, at=LATER)
    assert balance(company).balance == 0
    with pytest.raises(NothingToTransfer):
        record_payout(closing, reference="SEPA 4711", by=BY, at=LATER)
    assert faults() == []


def test_closing_again_changes_nothing() -> None:
    company = make_company()
    _paid(company, "20.00")
    assert [_close(company).pk for _ in range(2)] == [company.pk, company.pk]
    assert _refunds() == [(D(20), "completed")]
    assert Mail.objects.filter(kind="account_closed").count() == 1
    assert faults() == []


def test_a_debt_stays_an_open_invoice() -> None:
    """Postpaid, 12.00 used, nothing paid: the final invoice asks for 12.00."""
    company = make_company(billing_type="postpaid", credit_limit=None)
    make_subscription(company, subject="line")
    send(record("line", 1200 * MB), at=NOW)
    closing = _close(company)
    invoice = Invoice.objects.get()
    assert (invoice.pk, invoice.status, invoice.amount_due) == (closing.invoice_id, "open", D(12))
    assert invoice.due_at is not None
    assert (balance(company).balance, _refunds()) == (D(-12), [])
    assert faults() == []


def test_credit_that_was_given_is_not_paid_out() -> None:
    """20.00 by card, 30.00 given: 20.00 go back, 30.00 lapse on the account."""
    company = make_company()
    _paid(company, "20.00")
    credit(company, "30")
    closing = _close(company)
    assert _refunds() == [(D(20), "completed")]
    assert (closing.to_transfer, balance(company).balance) == (D(0), D(30))


def test_promo_credit_is_spent_before_money_and_never_paid_out() -> None:
    """In by card 100.00, used 90.00; then a credit of 30.00, of which nothing is used: of the
    40.00 on the balance 10.00 go back."""
    company = make_company()
    _paid(company, "100.00")
    make_subscription(company, subject="line")
    send(record("line", 9000 * MB), at=NOW)
    code = create_promo_code(
        kind=PromoCode.Kind.SIGNUP,
        percent=None,
        amount=D(30),
        currency="USD",
        invoices=None,
        by=BY,
        at=NOW,
    )
    redeem(company, str(code), by=BY, at=NOW)
    assert balance(company).balance == 40
    closing = _close(company)
    assert _refunds() == [(D(10), "completed")]
    assert (closing.to_transfer, balance(company).balance) == (D(0), D(30))
    assert faults() == []


def test_services_end_and_keys_open_nothing() -> None:
    company = make_company()
    api = company_client(company)
    make_subscription(company, subject="line")
    assert api.read(f"companies/{company.pk}/").status_code == 200
    _close(company)
    assert api.read(f"companies/{company.pk}/").status_code == 401
    assert Subscription.objects.get().status == "ended"
    assert not BillingPeriod.objects.exclude(status="issued").exists()


def test_a_crash_before_the_gateway_was_told_is_finished_later(stripe_sandbox: Stack) -> None:
    company = make_company()
    _paid(company, "20.00")
    stripe_sandbox.control(fault="500_before", times=2)
    _close(company)
    [refund] = Refund.objects.all()
    if refund.status == Refund.Status.PENDING:
        reconcile_refund(refund, at=LATER)
    assert _refunds() == [(D(20), "completed")]
    assert balance(company).balance == 0
    assert faults() == []


def test_a_card_payment_that_comes_after_it_goes_back() -> None:
    company = make_company()
    _close(company)
    Company.objects.filter(pk=company.pk).update(status="active")  # in flight while it closed
    _paid(company, "20.00", at=LATER)
    Company.objects.filter(pk=company.pk).update(status="closed")
    dispatch_outbox(at=LATER)
    assert [amount for amount, _status in _refunds()] == [D(20)]
    assert balance(company).balance == 0


def test_above_the_limit_a_second_person_approves() -> None:
    """four_eyes_amount is 500: 600.00 are proposed and stay on the balance until then."""
    company = make_company()
    _paid(company, "600.00")
    _close(company)
    assert _refunds() == [(D(600), "proposed")]
    assert balance(company).balance == 600


def test_staff_close_over_the_api(staff_api: Api) -> None:
    company = make_company()
    _paid(company, "20.00")
    route = f"companies/{company.pk}/close/"
    answer = staff_api.send(route, {"reason": "Moved away"}, key="close-1")
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert (said["status"], said["refunded"]["amount"], said["to_transfer"]["amount"]) == (
        "closed",
        "20.00",
        "0.00",
    )
    assert company_client(make_company()).send(route, {}, key="k").status_code == 403


def test_the_owner_types_the_name_and_others_do_not_close() -> None:
    company = make_company()
    owner = browser(company, Role.OWNER)
    assert browser(company, Role.ADMIN).get("/portal/profile/close/").status_code == 403
    wrong = owner.post("/portal/profile/close/", {"name": "Another", "reason": "Moved"})
    assert "name" in wrong.context["form"].errors
    done = owner.post("/portal/profile/close/", {"name": company.name, "reason": "Moved"})
    assert done.status_code == 302
    company.refresh_from_db()
    assert company.status == "closed"
    assert "Moved" in owner.get("/portal/profile/close/").text


def test_staff_close_on_the_page_of_the_company() -> None:
    company, staff = make_company(), staff_client_of("billing")
    _transferred(company, "15.00")
    page = f"/admin/accounts/company/{company.pk}/"
    assert staff.get(f"{page}close/").status_code == 200
    wrong = staff.post(f"{page}close/", {"name": "x", "reason": "Moved"})
    assert wrong.status_code == 422
    staff.post(f"{page}close/", {"name": company.name, "reason": "Moved"})
    assert Closing.objects.get().to_transfer == 15
    assert "are to be sent by bank transfer" in staff.get(f"{page}change/").text
    assert staff.post(f"{page}payout/", {"reason": "SEPA 4711"}).status_code == 302
    assert balance(company).balance == 0
    assert staff_client_of("support").get(f"{page}close/").status_code == 403
