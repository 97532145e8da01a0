"""The monthly commitment of an account plan: what is missing is a line at the close."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.companies.actions import close_company
from accounts.companies.models import Company
from billing.invoicing.calc import shortfall
from billing.invoicing.models import Invoice
from billing.invoicing.queries import next_period_due
from billing.invoicing.tasks import close_periods, issue_invoices
from billing.ledger.queries import balance
from billing.metering.models import Charge
from billing.profiles.actions import change_terms
from billing.profiles.exceptions import InvalidTerms
from billing.profiles.models import BillingProfile
from billing.subscriptions.models import BillingPeriod
from tests.accounts.access.client import Api
from tests.billing.invoicing.months import use_as_charged
from tests.books import faults
from tests.factories import BY, credit, make_company

D = Decimal
ALL_APRIL = datetime(2026, 4, 1, tzinfo=UTC)
MID_APRIL = datetime(2026, 4, 16, 10, tzinfo=UTC)
AFTER_APRIL = datetime(2026, 5, 2, 1, tzinfo=UTC)
AFTER_MAY = datetime(2026, 6, 2, 1, tzinfo=UTC)


def committed(since: datetime, **terms: object) -> Company:
    """A postpaid company on the default plan: at least USD 300 a month."""
    company = make_company(billing_type="postpaid", credit_limit=None, **terms)  # type: ignore[arg-type]
    change_terms(company, {"account_plan": "default"}, by=BY, at=since)
    return company


def run_jobs(*, at: datetime) -> None:
    close_periods(at=at)
    issue_invoices(at=at)


def lines(company: Company) -> list[list[tuple[str, Decimal]]]:
    """Of each invoice, oldest first."""
    return [
        [(line.group["what"], line.amount) for line in invoice.lines.all()]
        for invoice in Invoice.objects.filter(company=company).order_by("issued_at")
    ]


@pytest.mark.django_db
def test_the_shortfall_of_a_whole_month_is_one_line_and_is_taxed() -> None:
    """300 − 120 used = 180; with 20 % tax 144 + 216 = 360 owed."""
    company = committed(ALL_APRIL, tax_percent=D(20))
    use_as_charged(company, net="120", at=ALL_APRIL)
    close_periods(at=AFTER_APRIL)
    assert balance(company).balance == -360
    issue_invoices(at=AFTER_APRIL)
    assert lines(company) == [[("Monthly fee", D(120)), ("Commitment shortfall", D(180))]]
    assert faults() == []


@pytest.mark.django_db
def test_the_first_month_is_prorated_by_days_and_a_month_without_use_owes_all() -> None:
    """From 16 April 15 of 30 days: 150; in May nothing is used either: 300."""
    company = committed(MID_APRIL)
    assert next_period_due(MID_APRIL) == MID_APRIL
    close_periods(at=MID_APRIL)
    assert next_period_due(MID_APRIL) == datetime(2026, 5, 2, tzinfo=UTC)
    run_jobs(at=AFTER_APRIL)
    run_jobs(at=AFTER_MAY)
    assert lines(company) == [
        [("Commitment shortfall", D(150))],
        [("Commitment shortfall", D(300))],
    ]
    assert faults() == []


@pytest.mark.django_db
def test_the_last_month_is_prorated_and_none_follows() -> None:
    """Closed on 10 May at midnight: 9 of 31 days, 300 × 9 / 31 = 87.0967… → 87.10."""
    company = committed(ALL_APRIL)
    run_jobs(at=AFTER_APRIL)
    close_company(company, reason="Left", by=BY, at=datetime(2026, 5, 10, tzinfo=UTC))
    for months in range(3):
        run_jobs(at=AFTER_MAY + timedelta(days=31 * months))
    assert lines(company) == [
        [("Commitment shortfall", D(300))],
        [("Commitment shortfall", D("87.10"))],
    ]
    assert faults() == []


@pytest.mark.django_db
def test_a_period_that_is_cut_short_owes_its_part_of_the_month() -> None:
    """Cut by closing on 10 May at midnight: 9 of 31 days still are 87.10, not 300."""
    company, end = committed(ALL_APRIL), datetime(2026, 5, 10, tzinfo=UTC)
    run_jobs(at=AFTER_APRIL)
    BillingPeriod.objects.filter(company=company, status="open").update(ends_at=end)
    run_jobs(at=end + timedelta(days=1))
    assert lines(company)[1] == [("Commitment shortfall", D("87.10"))]


@pytest.mark.django_db
def test_whoever_spends_enough_or_has_no_account_plan_owes_no_more() -> None:
    enough, free = committed(ALL_APRIL), make_company(billing_type="postpaid", credit_limit=None)
    use_as_charged(enough, net="300", at=ALL_APRIL)
    use_as_charged(free, net="10", at=ALL_APRIL)
    run_jobs(at=AFTER_APRIL)
    assert [lines(enough), lines(free)] == [
        [[("Monthly fee", D(300))]],
        [[("Monthly fee", D(10))]],
    ]


@pytest.mark.django_db
def test_closing_twice_charges_once() -> None:
    company = committed(ALL_APRIL)
    credit(company, "500")
    for _ in range(2):
        close_periods(at=AFTER_APRIL)
    assert Charge.objects.filter(company=company).count() == 1
    assert balance(company).balance == 200


@pytest.mark.django_db
def test_the_plan_must_be_there_and_in_the_currency() -> None:
    for company, key in ((make_company(), "gold"), (make_company(currency="EUR"), "default")):
        with pytest.raises(InvalidTerms):
            change_terms(company, {"account_plan": key}, by=BY, at=MID_APRIL)
        assert BillingProfile.objects.get(pk=company.pk).account_plan is None


@pytest.mark.django_db
def test_staff_offer_plans_and_put_companies_on_them(staff_api: Api) -> None:
    gold = {"key": "gold", "title": "Gold", "currency": "USD", "monthly_commitment": "1000"}
    made = staff_api.call("post", "account-plans/", gold)
    assert (made.status_code, made.json()["monthly_commitment"]) == (201, "1000")
    assert staff_api.call("post", "account-plans/", gold).status_code == 400
    company = make_company()
    route = f"companies/{company.pk}/"
    changed = staff_api.call("patch", route, {"account_plan": "gold"})
    assert changed.json()["account_plan"] == "gold"
    assert staff_api.call("patch", route, {"account_plan": None}).json()["account_plan"] is None
    keys = [plan["key"] for plan in staff_api.call("get", "account-plans/").json()["results"]]
    assert keys == ["default", "gold"]


@given(
    commitment=st.decimals("0", "10000", places=2),
    days=st.integers(0, 31),
    spent=st.decimals("0", "10000", places=12),
)
def test_spend_and_shortfall_reach_the_prorated_commitment_and_no_more(
    commitment: Decimal, days: int, spent: Decimal
) -> None:
    share = D(days) / 31
    missing = shortfall(commitment=commitment, share=share, spent=spent, currency="USD")
    assert missing >= 0
    if missing:
        assert abs(missing + spent - commitment * share) <= D("0.005")
    else:
        assert spent >= commitment * share - D("0.005")
