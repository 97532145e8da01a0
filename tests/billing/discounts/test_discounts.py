"""Discounts and additional services: lines of their own on the invoices of their months."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from accounts.companies.models import Company
from billing.catalog.models import Plan
from billing.discounts.actions import add_discount, end_discount
from billing.discounts.exceptions import DiscountInvalid
from billing.discounts.models import Discount
from billing.invoicing.models import Invoice
from billing.invoicing.tasks import close_periods, issue_invoices
from billing.ledger.queries import balance
from tests.accounts.access.client import Api
from tests.billing.invoicing.months import use_as_charged
from tests.books import faults
from tests.factories import BY, make_company, make_plan

pytestmark = pytest.mark.django_db

D = Decimal
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
ENDS = [datetime(2026, month, 2, 1, tzinfo=UTC) for month in (5, 6, 7, 8)]


def customer() -> Company:
    return make_company(billing_type="postpaid", credit_limit=None, tax_percent=D(20))


def adjust(
    company: Company,
    name: str,
    *,
    percent: str = "",
    amount: str = "",
    cycles: int = 1,
    starts: date = date(2026, 4, 20),
    plan: Plan | None = None,
) -> Discount:
    return add_discount(
        company,
        name=name,
        starts=starts,
        cycles=cycles,
        percent=D(percent) if percent else None,
        amount=D(amount) if amount else None,
        plan=plan,
        by=BY,
        at=APRIL,
    )


def bill(company: Company, *, at: datetime) -> dict[str, Decimal]:
    """Close and issue; the lines by their words."""
    close_periods(at=at)
    issue_invoices(at=at)
    invoice = Invoice.objects.filter(company=company, issued_at=at).first()
    return {line.description: line.amount for line in invoice.lines.all()} if invoice else {}


def test_a_discount_and_a_service_are_lines_with_tax() -> None:
    """200 used, −10 % = −20, router 15: 195 + 20 % = 234 owed."""
    company = customer()
    use_as_charged(company, net="200", at=APRIL)
    adjust(company, "Loyalty discount", percent="-10")
    adjust(company, "Router rental", amount="15")
    lines = bill(company, at=ENDS[0])
    assert lines["Loyalty discount"] == -20
    assert lines["Router rental"] == 15
    assert balance(company).balance == -234
    assert Invoice.objects.get(company=company).total == 234
    assert faults() == []


def test_it_holds_for_its_months_also_when_nothing_is_used() -> None:
    """From May, two months: April and July have no invoice."""
    company = customer()
    adjust(company, "Router rental", amount="15", starts=date(2026, 5, 1), cycles=2)
    bills = [bill(company, at=end) for end in ENDS]
    assert bills == [{}, {"Router rental": D(15)}, {"Router rental": D(15)}, {}]
    assert faults() == []


def test_one_without_end_holds_until_it_is_ended() -> None:
    company = customer()
    rental = adjust(company, "Router rental", amount="15", cycles=0)
    bills = [bill(company, at=ENDS[0]), bill(company, at=ENDS[1])]
    end_discount(rental.pk, reason="Returned", by=BY, at=ENDS[1])
    bills += [bill(company, at=ENDS[2]), bill(company, at=ENDS[3])]
    assert bills == [{"Router rental": D(15)}, {"Router rental": D(15)}, {}, {}]


def test_a_discount_on_a_plan_leaves_the_others_alone() -> None:
    """50 % off a plan that is not on the bill is nothing."""
    company = customer()
    use_as_charged(company, net="200", at=APRIL)
    adjust(company, "Half", percent="-50", plan=make_plan())
    assert len(bill(company, at=ENDS[0])) == 1


def test_a_discount_gives_back_no_more_than_was_used() -> None:
    company = customer()
    use_as_charged(company, net="30", at=APRIL)
    adjust(company, "Goodwill", amount="-100")
    assert bill(company, at=ENDS[0])["Goodwill"] == -30
    invoice = Invoice.objects.get(company=company)
    assert (invoice.kind, invoice.total, invoice.status) == ("invoice", D(0), "paid")
    assert faults() == []


@pytest.mark.parametrize(
    ("percent", "amount"), [("", ""), ("-10", "5"), ("-100.01", ""), ("", "0")]
)
def test_a_discount_is_a_share_or_an_amount_and_at_most_all(percent: str, amount: str) -> None:
    with pytest.raises(DiscountInvalid):
        adjust(make_company(), "Wrong", percent=percent, amount=amount)


def test_staff_grant_and_end_it_over_the_api(staff_api: Api, company_api: object) -> None:
    company = customer()
    route = f"companies/{company.pk}/discounts/"
    body = {"name": "Loyalty", "starts": "2026-05-17", "cycles": 3, "percent": "-10"}
    made = staff_api.call("post", route, body)
    assert made.status_code == 201
    assert made.json().items() >= {"starts": "2026-05-01", "percent": "-10", "amount": None}.items()
    mine = company_api(company)  # type: ignore[operator]
    assert [each["name"] for each in mine.call("get", route).json()["results"]] == ["Loyalty"]
    assert mine.call("post", route, body).status_code == 403
    ended = staff_api.call("post", f"{route}{made.json()['id']}/end/", {"reason": "Over"})
    assert ended.json()["ended_at"]
    refused = staff_api.call("post", route, {**body, "amount": "5"})
    assert (refused.status_code, refused.json()["errors"][0]["attr"]) == (400, "amount")
