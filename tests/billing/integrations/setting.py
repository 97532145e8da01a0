"""What tests of the integrations say over and over."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from djmoney.money import Money

from accounts.companies.models import Company
from accounts.events.tasks import dispatch_outbox
from billing.integrations.models import SyncWork
from billing.integrations.tasks import sync_systems
from billing.invoicing.models import Invoice
from billing.payments.actions.transfers import record_transfer
from billing.payments.models import Payment
from features.actions import set_value
from tests.billing.invoicing.months import CLOSED_AT, issue, rate
from tests.factories import BY, LONG_AGO, make_company, new_key

AT = CLOSED_AT
MINUTE = timedelta(minutes=1)


def switch_on(*, at: datetime = LONG_AGO) -> None:
    set_value("whmcs_billing", value=True, by=BY, reason="Test", at=at)


def customer(**terms: object) -> Company:
    """Postpaid, so that its invoices wait for money."""
    return make_company(billing_type="postpaid", credit_limit=None, **terms)  # type: ignore[arg-type]


def bill(company: Company, net: str = "12", *, tax: str = "0") -> Invoice:
    rate(company, net=net, tax=tax) if tax != "0" else rate(company, net=net)
    return issue(company)


def pay(company: Company, amount: str, *, at: datetime = AT, reference: str = "cash") -> Payment:
    return record_transfer(
        company,
        amount=Money(Decimal(amount), "USD"),
        method=Payment.Method.BANK_TRANSFER,
        reference=reference,
        received_at=at,
        key=new_key(),
        by=BY,
        at=at,
    )


def settle(*, at: datetime = AT) -> None:
    """The outbox and the job, until nothing is left to do."""
    dispatch_outbox(at=at)
    while sync_systems(at=at):
        dispatch_outbox(at=at)


def open_labels() -> list[str]:
    rows = SyncWork.objects.filter(status__in=["waiting", "attention"]).order_by("position")
    return [str(row) for row in rows]
