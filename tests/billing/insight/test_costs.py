"""The cost to date of prepaid companies: once an hour, or once a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.companies.models import Company
from billing.insight.costs import ShownCost, shown_cost
from billing.insight.models import CostToDate
from billing.insight.tasks import refresh_costs
from billing.metering.models import PeriodTotal
from billing.subscriptions.periods import ensure_period
from features.actions import set_value
from tests.factories import BY, make_company, make_plan

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def consume(company: Company, *, amount: str, tax: str) -> None:
    """What metering has summed up for the period of NOON."""
    period = ensure_period(company, NOON)
    PeriodTotal.objects.update_or_create(
        company=company,
        period=period,
        use_period=period,
        kind="usage",
        version=make_plan().versions.get(),
        tax_percent=Decimal(20),
        defaults={
            "charges": 1,
            "quantity": 1,
            "included": 0,
            "amount": Decimal(amount),
            "tax": Decimal(tax),
        },
    )


def shown(company: Company) -> tuple[Decimal, datetime]:
    cost = CostToDate.objects.get(company=company)
    return cost.amount, cost.as_of


@pytest.mark.verifies("prepaid_hourly_billing", "on")
def test_on_it_is_brought_up_to_date_every_hour() -> None:
    set_value("prepaid_hourly_billing", value=True, reason="test", by=BY, at=NOON)
    company = make_company()
    consume(company, amount="10", tax="2")
    refresh_costs(at=NOON + timedelta(minutes=5))
    consume(company, amount="5", tax="1")
    refresh_costs(at=NOON + timedelta(minutes=50))
    assert shown(company) == (Decimal(12), NOON + timedelta(minutes=5))
    refresh_costs(at=NOON + timedelta(hours=1))
    assert shown(company) == (Decimal(18), NOON + timedelta(hours=1))


@pytest.mark.verifies("prepaid_hourly_billing", "off")
def test_off_it_is_brought_up_to_date_once_a_day() -> None:
    company = make_company()
    consume(company, amount="10", tax="2")
    refresh_costs(at=NOON)
    consume(company, amount="5", tax="1")
    refresh_costs(at=NOON + timedelta(hours=11))
    assert shown(company) == (Decimal(12), NOON)
    refresh_costs(at=NOON + timedelta(hours=12))
    assert shown(company) == (Decimal(18), NOON + timedelta(hours=12))


def test_it_is_for_prepaid_companies_only() -> None:
    company = make_company(billing_type="postpaid")
    consume(company, amount="10", tax="2")
    assert refresh_costs(at=NOON) == 0
    assert not CostToDate.objects.filter(company=company).exists()


def test_a_second_run_changes_nothing() -> None:
    consume(make_company(), amount="10", tax="2")
    assert refresh_costs(at=NOON) == 1
    assert refresh_costs(at=NOON) == 0


def test_customers_see_the_kept_figure_and_as_of_when() -> None:
    company = make_company()
    consume(company, amount="10", tax="2")
    refresh_costs(at=NOON)
    consume(company, amount="5", tax="1")
    later = NOON + timedelta(hours=3)
    assert shown_cost(company, at=later) == ShownCost(Decimal(12), NOON)


def test_postpaid_companies_see_the_live_figure() -> None:
    company = make_company(billing_type="postpaid")
    consume(company, amount="10", tax="2")
    assert shown_cost(company, at=NOON) == ShownCost(Decimal(12), NOON)
