"""The late fee: once for an invoice, a line of the next one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.notifications.models import Mail
from billing.dunning.calc import late_fee
from billing.dunning.queries import timeline
from billing.dunning.tasks import pursue_debts
from billing.invoicing.models import Invoice
from billing.ledger.queries import balance
from billing.metering.models import Charge
from features.actions import set_value
from tests.accounts.access.client import Api
from tests.billing.invoicing.months import CLOSED_AT, IN_MARCH, issue, use_as_charged
from tests.books import faults
from tests.factories import BY, make_company
from tests.portal import browser

D = Decimal
DAY = timedelta(days=1)
DUE = CLOSED_AT + 5 * DAY


def unpaid(fee: str) -> Invoice:
    """An invoice of 100 + 20 % = 120.00, due five days after CLOSED_AT, while `fee` is set."""
    set_value("late_fee", value=fee, by=BY, reason="Test", at=IN_MARCH)
    company = make_company(billing_type="postpaid", credit_limit=None, tax_percent=D(20))
    use_as_charged(company, net="100")
    return issue(company)


@pytest.mark.django_db
@pytest.mark.parametrize(("fee", "net", "owed"), [("15", D(15), D(138)), ("5%", D(6), D("127.2"))])
def test_an_overdue_invoice_costs_the_fee_once_on_the_next_invoice(
    fee: str, net: Decimal, owed: Decimal
) -> None:
    """15 + 20 % = 18 → 138 owed; 5 % of 120 = 6, + 20 % = 7.20 → 127.20 owed."""
    first = unpaid(fee)
    pursue_debts(at=DUE - timedelta(seconds=1))
    assert not Charge.objects.filter(kind="late_fee").exists()
    for hours in (0, 1, 30):
        pursue_debts(at=DUE + timedelta(hours=hours))
    assert balance(first.company).balance == -owed
    assert f"A late fee of ${net * D('1.2'):.2f}" in Mail.objects.get(kind="invoice_overdue").text
    following = issue(first.company, at=CLOSED_AT + 30 * DAY)
    [line] = following.lines.all()
    assert (line.description, line.amount) == (f"Late fee for {first.number}", net)
    assert following.total == net * D("1.2")
    assert faults() == []


@pytest.mark.django_db
def test_the_timeline_says_what_being_overdue_will_cost_and_has_cost(staff_api: Api) -> None:
    """15 while it is open; still 15 once it was charged, whatever is set by then."""
    invoice = unpaid("15")
    [ahead] = [step for step in timeline(invoice, at=CLOSED_AT) if step.late_fee]
    assert (ahead.kind, ahead.is_past, ahead.late_fee) == ("overdue", False, D(15))
    pursue_debts(at=DUE)
    set_value("late_fee", value="99", by=BY, reason="Test", at=DUE)
    invoice.refresh_from_db()
    [past] = [step for step in timeline(invoice, at=DUE) if step.late_fee]
    assert (past.kind, past.is_past, past.late_fee) == ("overdue", True, D(15))
    steps = staff_api.read(f"invoices/{invoice.pk}/dunning/").json()["steps"]
    assert [step["late_fee"] for step in steps if step["kind"] == "overdue"] == ["15"]
    html = browser(invoice.company).get(f"/portal/invoices/{invoice.pk}/").text
    assert "A late fee of" in html


@pytest.mark.django_db
def test_without_the_setting_nothing_is_charged() -> None:
    first = unpaid("")
    pursue_debts(at=DUE)
    assert Invoice.objects.get(pk=first.pk).status == "overdue"
    assert balance(first.company).balance == -120
    assert "late fee" not in Mail.objects.get(kind="invoice_overdue").text
    assert faults() == []


@pytest.mark.django_db
def test_a_fee_set_after_the_due_date_is_not_charged_for_what_was_overdue_before() -> None:
    first = unpaid("")
    set_value("late_fee", value="15", by=BY, reason="Test", at=DUE + DAY)
    pursue_debts(at=DUE + 2 * DAY)
    assert balance(first.company).balance == -120


@given(percent=st.decimals("0", "100", places=4), due=st.decimals("0", "1000000", places=2))
def test_a_share_is_within_half_a_cent_of_what_it_is_of(percent: Decimal, due: Decimal) -> None:
    fee = late_fee(f"{percent}%", due, currency="USD")
    assert abs(fee - due * percent / 100) <= D("0.005")
    assert fee == round(fee, 2)
