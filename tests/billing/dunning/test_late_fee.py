"""The late fee: once for an invoice, a line of the next one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.notifications.models import Mail
from billing.dunning.calc import late_fee
from billing.dunning.tasks import pursue_debts
from billing.invoicing.models import Invoice
from billing.ledger.queries import balance
from billing.metering.models import Charge
from features.actions import set_value
from tests.billing.invoicing.months import CLOSED_AT, IN_MARCH, issue, use_as_charged
from tests.books import faults
from tests.factories import BY, make_company

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
