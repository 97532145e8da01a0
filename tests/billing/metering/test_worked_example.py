"""The worked example of docs/rating.md."""

from __future__ import annotations

from decimal import Decimal

import pytest
from djmoney.money import Money

from billing.catalog.calc import MB
from billing.catalog.models import PlanKind, PlanVersion
from billing.catalog.terms import PlanTerms
from billing.metering.models import Charge
from tests.billing.metering.usage import counts, money_of, record, send
from tests.factories import make_company, make_plan, make_subscription, pay_in

pytestmark = pytest.mark.django_db


def test_the_worked_example_of_the_page_on_rating() -> None:
    company = make_company(tax_percent=Decimal(20))
    pay_in(company, Money(100, "USD"))
    terms = PlanTerms(
        included=100 * MB,
        overage_price=Decimal("0.05"),
        increment=PlanVersion.Increment.MB,
    )
    make_subscription(company, make_plan(kind=PlanKind.PAY_PER_MB, terms=terms), subject="sim")
    second = record("sim", 60 * MB, name="2")

    send(record("sim", 62_914_561, name="1"))
    assert money_of(company) == Decimal("100.00")
    send(second)
    assert money_of(company) == Decimal("98.74")
    assert counts(send(second)) == (0, 1, 0, 0)
    send(record("sim", 10 * MB, name="3"))
    assert money_of(company) == Decimal("98.14")

    rows = Charge.objects.order_by("id").values_list("billed", "from_allowance", "amount", "tax")
    assert list(rows) == [
        (61 * MB, 61 * MB, Decimal(0), Decimal(0)),
        (60 * MB, 39 * MB, Decimal("1.05"), Decimal("0.21")),
        (10 * MB, 0, Decimal("0.50"), Decimal("0.10")),
    ]
