"""Who is told of what, once: mails of recharges and of the balance."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group

from accounts.companies.models import Company
from accounts.events.actions import publish
from accounts.events.tasks import dispatch_outbox
from accounts.notifications.models import Mail
from accounts.people.models import User
from billing.payments.actions.transfers import record_transfer
from billing.payments.models import Payment
from billing.recharges.tasks import attempt_recharges, open_due_recharges
from config.sandbox.testing import Stack
from features.actions import set_value
from tests.billing.payments.cards import DECLINES, card_token, usd
from tests.billing.recharges.companies import company_with_rule
from tests.factories import BY, NOW, make_company, new_key, use

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def mails(company: Company) -> list[str]:
    dispatch_outbox(at=NOW)
    return list(Mail.objects.filter(company=company).order_by("id").values_list("kind", flat=True))


def test_crossing_and_success_are_told_once_with_the_receipt(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100")
    use(company, net="75")
    open_due_recharges(at=NOW)
    attempt_recharges(at=NOW)
    open_due_recharges(at=NOW)

    assert mails(company) == ["threshold_reached", "recharge_succeeded"]
    told = Mail.objects.get(company=company, kind="recharge_succeeded")
    assert told.to == company.email
    assert "$475.00" in told.text
    assert "$500.00" in told.text
    attachment = told.attachments.get()
    assert attachment.filename == "RV-000001.pdf"
    assert bytes(attachment.content).startswith(b"%PDF")


def test_failure_says_why_what_to_do_and_when_it_is_tried_again(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100", token=DECLINES)
    use(company, net="80")
    open_due_recharges(at=NOW)
    attempt_recharges(at=NOW)

    assert mails(company) == ["threshold_reached", "recharge_failed"]
    text = Mail.objects.get(company=company, kind="recharge_failed").text
    assert "The bank declined the payment. Ask your bank, or choose another card." in text
    assert "We try again on 11 Mar 2026, 12:00." in text


def test_card_that_wants_3d_secure_brings_a_link_to_confirm(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100", token=card_token("4000002500003155"))
    use(company, net="80")
    open_due_recharges(at=NOW)
    attempt_recharges(at=NOW)
    mails(company)
    payment = Payment.objects.get(company=company)
    text = Mail.objects.get(company=company, kind="recharge_failed").text
    assert f"/portal/payments/{payment.pk}/confirm/" in text


def test_exhaustion_is_told_to_the_customer_and_to_the_staff(stripe_sandbox: Stack) -> None:
    anna = User.objects.create_user("anna@provider.example", is_staff=True)
    group, _ = Group.objects.get_or_create(name="billing")
    anna.groups.add(group)
    company = company_with_rule(balance="100", token=DECLINES)
    use(company, net="80")
    open_due_recharges(at=NOW)
    for day in range(3):
        attempt_recharges(at=NOW + day * DAY)
        dispatch_outbox(at=NOW + day * DAY)

    assert mails(company) == [
        "threshold_reached",
        "recharge_failed",
        "recharge_failed",
        "recharge_exhausted",
    ]
    staff = Mail.objects.get(kind="recharge_exhausted_staff")
    assert staff.to == "anna@provider.example"
    assert company.name in staff.text


def test_transfer_brings_its_receipt(db: None) -> None:
    company = make_company()
    record_transfer(
        company,
        amount=usd("250"),
        method=Payment.Method.BANK_TRANSFER,
        reference="MT940 / 17",
        received_at=NOW - DAY,
        key=new_key(),
        by=BY,
        at=NOW,
    )
    assert mails(company) == ["payment_received"]
    told = Mail.objects.get(company=company)
    assert "MT940 / 17" in told.text
    assert told.attachments.get().filename == "RV-000001.pdf"


def test_stop_and_restart_are_told_once_each(db: None) -> None:
    company = make_company()
    use(company, net="5")
    publish("account.exhausted", company=company, data={}, at=NOW)
    assert mails(company) == ["account_exhausted"]
    text = Mail.objects.get(company=company).text
    assert "Your balance is $0.00" in text
    publish("account.restored", company=company, data={}, at=NOW)
    assert mails(company) == ["account_exhausted", "account_restored"]


def test_negative_balance_is_shown_when_the_provider_shows_it(db: None) -> None:
    company = make_company(billing_type="postpaid", credit_limit=Decimal(1))
    use(company, net="5")
    publish("account.exhausted", company=company, data={}, at=NOW)
    mails(company)
    assert "-$5.00" in Mail.objects.get(company=company).text.replace("\N{MINUS SIGN}", "-")


@pytest.mark.verifies("prepaid_negative_balance_display", "off")
def test_a_negative_balance_is_0_in_mails_unless_it_is_shown(stripe_sandbox: Stack) -> None:
    """100 less 120 is −20: told as $0.00, and as −$20.00 once the feature is on."""
    first = company_with_rule(balance="100")
    use(first, net="120")
    open_due_recharges(at=NOW)
    mails(first)
    set_value("prepaid_negative_balance_display", value=True, by=BY, reason="Test", at=NOW)
    second = company_with_rule(balance="100")
    use(second, net="120")
    open_due_recharges(at=NOW)
    mails(second)
    told = [Mail.objects.get(company=who, kind="threshold_reached").text for who in (first, second)]
    assert ["20.00" in text for text in told] == [False, True]
