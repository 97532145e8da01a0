"""The billing type changes: at once with a closing invoice, or with the period."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from accounts.companies.models import Company
from billing.catalog.terms import PlanTerms
from billing.invoicing.models import Invoice
from billing.invoicing.tasks import close_periods, issue_invoices
from billing.ledger.queries import balance
from billing.metering.models import Charge
from billing.onboarding.tasks import charge_fixed_contracts
from billing.profiles.actions import change_terms
from billing.profiles.models import AccountPlan, BillingProfile
from billing.profiles.queries import profile_of
from billing.subscriptions.billing_types import change_with_period
from billing.subscriptions.models import Allowance, BillingPeriod
from billing.subscriptions.tasks import activate_due, next_activation_due
from tests.accounts.access.client import Api, company_client, error_of
from tests.billing.invoicing.months import CLOSED_AT, IN_MARCH, use_as_charged
from tests.billing.metering.usage import MB, record, send
from tests.books import faults
from tests.config.staff.people import staff_client_of
from tests.factories import BY, NOW, credit, make_company, make_plan, make_subscription

pytestmark = pytest.mark.django_db

D = Decimal
DAY = timedelta(days=1)
APRIL_CLOSED = CLOSED_AT + 30 * DAY


def turn(company: Company, to: str, *, at: datetime = IN_MARCH) -> None:
    change_terms(company, {"billing_type": to}, by=BY, at=at)


def invoices() -> list[tuple[str, Decimal, Decimal, str]]:
    rows = Invoice.objects.order_by("number")
    return [(row.billing_type, row.total, row.payable, row.status) for row in rows]


def months_end(at: datetime) -> None:
    close_periods(at=at)
    issue_invoices(at=at)


def test_at_once_what_was_used_is_invoiced_and_the_funds_stay() -> None:
    """100.00 paid in, 30.00 used prepaid: an invoice of 30.00, paid from the balance, 70.00 stay.
    Then 90.00 used postpaid: the month's second invoice is 90.00, 70.00 of it paid, 20.00 due."""
    company = make_company(credit_limit=None)
    credit(company, "100")
    use_as_charged(company, net="30", at=IN_MARCH - DAY)
    turn(company, "postpaid")
    assert invoices() == [("prepaid", D(30), D(0), "paid")]
    assert balance(company).balance == 70
    use_as_charged(company, net="90", at=IN_MARCH + DAY)
    months_end(CLOSED_AT)
    assert invoices()[1:] == [("postpaid", D(90), D(20), "open")]
    assert balance(company).balance == -20
    first, rest = BillingPeriod.objects.order_by("starts_at")[:2]
    assert (first.ends_at, rest.starts_at, rest.rest_of) == (IN_MARCH, IN_MARCH, first)
    assert faults() == []


def test_the_other_way_round_what_is_owed_is_demanded() -> None:
    """30.00 used postpaid; prepaid from now on: 30.00 are demanded, with a due date."""
    company = make_company(billing_type="postpaid", credit_limit=None)
    use_as_charged(company, net="30", at=IN_MARCH - DAY)
    turn(company, "prepaid")
    assert invoices() == [("postpaid", D(30), D(30), "open")]
    assert Invoice.objects.get().due_at == IN_MARCH + 5 * DAY


def test_who_has_used_nothing_gets_no_invoice_and_the_same_type_changes_nothing() -> None:
    company = make_company()
    turn(company, "postpaid")
    turn(company, "postpaid", at=IN_MARCH + DAY)
    assert (invoices(), BillingPeriod.objects.filter(company=company).count()) == ([], 0)


def test_what_is_included_in_the_month_is_included_once() -> None:
    """100 MB included, 60 used before and 60 after: 20 are charged."""
    company = make_company(billing_type="postpaid", credit_limit=None)
    terms = PlanTerms(fee=D(0), included=100 * MB, overage_price=D("0.01"))
    make_subscription(company, make_plan(kind="pay_per_mb", terms=terms), subject="line")
    send(record("line", 60 * MB), at=NOW)
    turn(company, "flexible", at=NOW + timedelta(hours=1))
    send(record("line", 60 * MB, at=NOW + timedelta(hours=2)), at=NOW + timedelta(hours=2))
    parts = Allowance.objects.order_by("id").values_list("included", "used")
    assert list(parts) == [(D(60 * MB), D(60 * MB)), (D(40 * MB), D(40 * MB))]
    assert Charge.objects.latest("id").amount == D("0.2")
    assert faults() == []


def test_a_fixed_amount_is_for_the_month_whatever_cuts_it() -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    BillingProfile.objects.filter(pk=company.pk).update(contract_type="fixed", fixed_amount=D(50))
    charge_fixed_contracts(at=IN_MARCH - DAY)
    turn(company, "flexible")
    charge_fixed_contracts(at=IN_MARCH + DAY)
    assert Charge.objects.filter(kind="fixed_payment").count() == 1
    assert balance(company).balance == -50


def test_a_commitment_counts_the_month_as_one() -> None:
    """310.00 a month of 31 days, 200.00 used by noon of the 10th (its day counts: 100.00), 60.00
    after: of 310.00 are 50.00 missing at the end of the month."""
    AccountPlan.objects.create(
        key="base", title="Base", currency="USD", monthly_commitment=D(310), created_at=IN_MARCH
    )
    start = datetime.fromisoformat("2026-03-01T00:00:00+00:00")
    company = make_company(billing_type="postpaid", credit_limit=None)
    BillingProfile.objects.filter(pk=company.pk).update(
        account_plan="base", account_plan_since=start
    )
    tenth = start + 9 * DAY + timedelta(hours=12)
    use_as_charged(company, net="200", at=tenth - DAY)
    turn(company, "flexible", at=tenth)
    assert not Charge.objects.filter(kind="commitment_shortfall").exists()
    use_as_charged(company, net="60", at=tenth + DAY)
    months_end(CLOSED_AT)
    assert Charge.objects.get(kind="commitment_shortfall").amount == 50
    assert faults() == []


def test_with_the_period_its_invoice_is_still_by_the_type_before() -> None:
    """30.00 a month, prepaid in March with 10.00 paid in; postpaid from April on, 5.00 more."""
    company = make_company(credit_limit=None)
    credit(company, "10")
    use_as_charged(company, net="30", at=IN_MARCH - DAY)
    change_with_period(company, "postpaid", by=BY, at=IN_MARCH)
    assert profile_of(company.pk).billing_type == "prepaid"
    april = next_activation_due(IN_MARCH)
    assert april is not None
    assert activate_due(at=april - timedelta(seconds=1)) == 0
    assert (activate_due(at=april), activate_due(at=april)) == (1, 0)
    profile = profile_of(company.pk)
    assert (profile.billing_type, profile.next_billing_type_from) == ("postpaid", None)
    use_as_charged(company, net="5", at=april + DAY)
    months_end(CLOSED_AT)
    months_end(APRIL_CLOSED)
    assert [row[:2] for row in invoices()] == [("prepaid", D(30)), ("postpaid", D(35))]
    assert faults() == []


def test_what_was_planned_is_taken_back() -> None:
    company = make_company()
    change_with_period(company, "postpaid", by=BY, at=IN_MARCH)
    change_with_period(company, "prepaid", by=BY, at=IN_MARCH)
    assert profile_of(company.pk).next_billing_type == ""
    assert next_activation_due(IN_MARCH) is None


def test_over_the_api(staff_api: Api) -> None:
    """By PATCH and `now` at once, by `period_end` later; a company's own key may not."""
    company = make_company()
    use_as_charged(company, net="30", at=NOW)
    address = f"companies/{company.pk}/"
    changed = staff_api.call("patch", address, {"billing_type": "flexible"}).json()
    assert changed["billing_type"] == "flexible"
    assert [row[0] for row in invoices()] == ["prepaid"]
    route = f"{address}billing-type/"
    later = staff_api.send(route, {"billing_type": "postpaid"}).json()
    assert (later["billing_type"], later["next_billing_type"]) == ("flexible", "postpaid")
    assert later["next_billing_type_from"] is not None
    now = staff_api.send(route, {"billing_type": "prepaid", "holds_from": "now"}).json()
    assert (now["billing_type"], now["next_billing_type"]) == ("prepaid", "")
    answer = staff_api.send(route, {"billing_type": "monthly"})
    assert error_of(answer)[1:] == ("invalid_choice", "billing_type")
    refused = company_client(company).send(route, {"billing_type": "postpaid"})
    assert refused.status_code == 403


def test_on_the_page_of_the_company() -> None:
    company = make_company()
    use_as_charged(company, net="30", at=NOW)
    staff = staff_client_of("billing")
    page = f"/admin/accounts/company/{company.pk}/"
    assert f"{page}billing_type/" in staff.get(f"{page}change/").text
    terms = {"billing_type": "postpaid", "holds_from": "period_end"}
    staff.post(f"{page}billing_type/", terms)
    assert "postpaid from" in staff.get(f"{page}change/").text
    staff.post(f"{page}billing_type/", terms | {"holds_from": "now"})
    assert profile_of(company.pk).billing_type == "postpaid"
    assert Invoice.objects.get().billing_type == "prepaid"
