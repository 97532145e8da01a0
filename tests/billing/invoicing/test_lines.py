"""What the lines of a document say."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.catalog.actions import create_plan, create_zone
from billing.catalog.models import Price
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.invoicing.corrections import credit_invoice
from billing.invoicing.models import Invoice
from billing.metering.models import Charge, PeriodTotal
from billing.subscriptions.periods import ensure_period
from tests.billing.invoicing.months import CLOSED_AT, IN_MARCH, issue, rate
from tests.factories import BY, make_company, use

pytestmark = pytest.mark.django_db


def month_of_roaming() -> Invoice:
    """A dollar each in Germany, in the zone Europe, elsewhere, and a fee; and a free megabyte."""
    company = make_company(billing_type="postpaid", credit_limit=None)
    zone = create_zone("Europe", countries=["FR"], at=IN_MARCH, by=BY)
    per_mb = (
        PriceTerms(per_unit=Decimal("0.01"), country="DE"),
        PriceTerms(per_unit=Decimal("0.02"), zone=zone),
        PriceTerms(per_unit=Decimal("0.03")),
    )
    terms = PlanTerms(prices=per_mb)
    plan = create_plan(
        "Global PAYGO", kind="paygo", currency="USD", terms=terms, at=IN_MARCH, by=BY
    )
    period, version = ensure_period(company, IN_MARCH), plan.versions.get()
    use(company, net="4", at=IN_MARCH)
    kind = Charge.Kind
    prices: list[tuple[Price | None, str, str]] = [
        *((price, kind.USAGE, "1") for price in Price.objects.filter(version=version)),
        (None, kind.USAGE, "0"),
        (None, kind.MONTHLY_FEE, "1"),
    ]
    PeriodTotal.objects.bulk_create(
        PeriodTotal(
            company=company,
            period=period,
            use_period=period,
            kind=what,
            version=version,
            meter_id="data",
            price=price,
            tax_percent=0,
            charges=1,
            quantity=1_048_576,
            included=0 if price else 1_048_576,
            amount=Decimal(net),
            tax=0,
        )
        for price, what, net in prices
    )
    return issue(company)


def test_a_line_says_what_was_used_where_and_on_which_plan() -> None:
    invoice = month_of_roaming()
    assert {line.description for line in invoice.lines.all()} == {
        "Data, Germany – Global PAYGO",
        "Data, zone Europe – Global PAYGO",
        "Data, other countries – Global PAYGO",
        "Data, included – Global PAYGO",
        "Monthly fee – Global PAYGO",
    }


def test_where_one_price_holds_everywhere_no_place_is_named() -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    rate(company, net="10")
    assert [line.description for line in issue(company).lines.all()] == ["Tokens – Tokens"]


def test_the_frozen_content_keeps_place_and_plan_apart() -> None:
    """Paper has the plan as a heading above its lines, the e-invoice in a field of its own."""
    (line,) = (
        line for line in month_of_roaming().content["lines"] if "Germany" in line["description"]
    )
    assert (line["description"], line["plan"]) == ("Data, Germany", "Global PAYGO")


def test_a_credit_note_says_the_lines_as_the_invoice_did() -> None:
    invoice = month_of_roaming()
    position = invoice.lines.get(description__contains="Germany").position
    note = credit_invoice(
        invoice.pk, amounts={position: Decimal(1)}, reason="x", key="credit", by=BY, at=CLOSED_AT
    )
    (line,) = note.lines.all()
    assert line.description == "Data, Germany – Global PAYGO"
