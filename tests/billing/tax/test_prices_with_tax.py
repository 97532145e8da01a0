"""Prices that include tax: what is charged, deducted, invoiced and credited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from facturx import xml_check_xsd
from hypothesis import given
from hypothesis import strategies as st

from accounts.companies.models import Company
from billing.catalog.models import PlanKind
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.documents.rendering.content import InvoiceContent
from billing.documents.rendering.einvoice import einvoice_xml
from billing.documents.rendering.einvoice_rules import broken_rules
from billing.documents.rendering.invoice_layout import invoice_layout
from billing.insight.books import prove_books
from billing.invoicing.calc import TaxableGroup, invoice_totals
from billing.invoicing.corrections import credit_invoice, void_invoice
from billing.invoicing.models import Invoice
from billing.metering.account_charges import charge_account
from billing.metering.explanation import explain
from billing.metering.fees import charge_due_fees
from billing.metering.models import Charge
from billing.metering.queries import charge_in_full
from billing.metering.quotes import quote
from billing.tax.actions import set_tax_rule
from billing.tax.calc import Terms, Treatment, net_of
from features.actions import set_value
from tests.billing.invoicing.months import issue
from tests.billing.metering.usage import MB, money_of, record, send
from tests.factories import BY, LONG_AGO, NOW, make_company, make_plan, make_subscription, new_key

D = Decimal
CLOSED_AT = datetime(2026, 4, 2, 1, tzinfo=UTC)


def a_customer(*, percent: str = "20", billing_type: str = "postpaid") -> Company:
    """In Germany, whose prices include tax."""
    set_tax_rule(
        country="DE",
        category="",
        treatment="standard",
        percent=D(percent),
        name="USt.",
        includes_tax=True,
        by=BY,
        at=LONG_AGO,
    )
    return make_company(tax_percent=None, billing_type=billing_type, credit_limit=None)


def brand() -> None:
    for key, value in {
        "branding_name": "Provider",
        "branding_country": "DE",
        "branding_tax_id": "DE136695976",
    }.items():
        set_value(key, value=value, reason="Test", by=BY, at=LONG_AGO)


def figures(invoice: Invoice) -> tuple[Decimal, Decimal, Decimal]:
    return invoice.subtotal, invoice.tax, invoice.total


@pytest.mark.django_db
@pytest.mark.verifies("tax_inclusive", "on")
@pytest.mark.verifies("tax_inclusive", "off")
def test_the_setting_says_whether_prices_include_tax() -> None:
    company = make_company(tax_percent=D(20))
    make_subscription(company, make_plan(PriceTerms(D("12.00"))), subject="sim")
    set_value("tax_inclusive", value=True, reason="Test", by=BY, at=NOW)
    before = NOW - timedelta(hours=1)

    send(record("sim", MB, at=before), at=NOW)
    assert money_of(company) == D("-14.40")
    send(record("sim", MB), at=NOW)
    assert money_of(company) == D("-26.40")


@pytest.mark.django_db
def test_of_a_price_of_12_at_20_percent_10_are_net_and_12_are_deducted() -> None:
    company = a_customer()
    plan = make_plan(PriceTerms(D("12.00")))
    subscription = make_subscription(company, plan, subject="sim")
    expected = quote(subscription, meter="", country="", at=NOW)

    send(record("sim", MB))

    charge = charge_in_full().get()
    assert (charge.amount, charge.tax) == (D("10.00"), D("2.00"))
    assert money_of(company) == D("-12.00")
    assert (expected.net(MB), expected.gross(MB)) == (D("10.00"), D("12.00"))
    assert explain(charge)[-1] == (
        "The price includes tax of 20 % (Germany: standard 20 %): "
        "of 12 USD 10 are net and 2 are tax."
    )


@pytest.mark.django_db
def test_exactly_the_price_is_deducted_however_it_divides() -> None:
    company = a_customer(percent="19")
    make_subscription(company, make_plan(PriceTerms(D("0.01"))), subject="sim")

    send(*(record("sim", n * MB) for n in (1, 2, 3, 999)))

    # 0.01 / 1.19 = 0.008403361344537815…
    first = Charge.objects.order_by("id")[0]
    assert (first.amount, first.tax) == (D("0.008403361345"), D("0.001596638655"))
    assert money_of(company) == D("-10.05")
    assert broken() == {}


@pytest.mark.django_db
def test_fees_include_tax_too_but_not_what_is_stated_before_tax() -> None:
    company = a_customer()
    terms = PlanTerms(fee=D("9.99"), activation_fee=D("24.00"), overage_price=D(1))
    make_subscription(company, make_plan(kind=PlanKind.PAY_PER_MB, terms=terms), at=NOW)

    charge_due_fees(at=NOW + timedelta(days=25))
    charge_account(
        company, Charge.Kind.LATE_FEE, label="Late fee", amount=D(15), key="1", by=BY, at=NOW
    )

    found = Charge.objects.order_by("kind", "id").values_list("kind", "amount", "tax")
    assert list(found) == [
        ("activation_fee", D("20.00"), D("4.00")),
        ("late_fee", D("15.00"), D("3.00")),
        ("monthly_fee", D("8.325"), D("1.665")),
        ("monthly_fee", D("8.325"), D("1.665")),
    ]
    assert broken() == {}


def broken() -> dict[str, list[str]]:
    return {proof.check.name: proof.findings for proof in prove_books() if not proof.holds}


@pytest.mark.django_db
def test_the_invoice_asks_for_the_sum_of_the_prices() -> None:
    brand()
    company = a_customer()
    make_subscription(company, make_plan(PriceTerms(D("9.99"))), subject="a")
    make_subscription(company, make_plan(PriceTerms(D("0.01"))), subject="b")
    send(record("a", MB), record("b", 3 * MB))

    invoice = issue(company)

    # 9.99 + 0.03 = 10.02; 10.02 / 1.2 = 8.35
    assert figures(invoice) == (D("8.35"), D("1.67"), D("10.02"))
    lines = invoice.lines.values_list("unit_price", "amount", "gross").order_by("-amount")
    assert list(lines) == [
        (D("9.99"), D("8.33"), D("9.99")),
        (D("0.01"), D("0.02"), D("0.03")),
    ]
    assert invoice.rounding_difference == 0
    content = InvoiceContent.from_json(invoice.content)
    assert broken_rules(content) == ()
    assert xml_check_xsd(einvoice_xml(content), flavor="factur-x", level="en16931")
    assert "Prices include tax." in str(invoice_layout(content))
    assert broken() == {}


@pytest.mark.django_db
def test_three_cents_at_20_percent_stay_three_cents() -> None:
    """No net of whole cents has 20 % on top that make 0.03: 0.02 is 0.02, 0.03 is 0.04."""
    company = a_customer()
    make_subscription(company, make_plan(PriceTerms(D("0.03"))), subject="sim")
    send(record("sim", MB))

    assert figures(issue(company)) == (D("0.02"), D("0.01"), D("0.03"))


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["credit", "void"])
def test_a_full_credit_gives_back_what_was_asked_for(act: str) -> None:
    company = a_customer(percent="19")
    for subject, price in (("a", "9.99"), ("b", "0.03"), ("c", "4.99")):
        make_subscription(company, make_plan(PriceTerms(D(price))), subject=subject)
        send(record(subject, MB))
    invoice = issue(company)
    key = new_key()
    if act == "credit":
        part = {1: D("1.00")}
        credit_invoice(invoice.pk, amounts=part, reason="Part", key=key, by=BY, at=CLOSED_AT)
        credit_invoice(invoice.pk, amounts=None, reason="Rest", key=new_key(), by=BY, at=CLOSED_AT)
    else:
        void_invoice(invoice.pk, reason="All", key=key, by=BY, at=CLOSED_AT)

    notes = list(Invoice.objects.filter(corrects=invoice))
    summed = [sum(column) for column in zip(*map(figures, notes), strict=True)]
    assert summed == list(figures(invoice)) == [D("12.61"), D("2.40"), D("15.01")]
    assert broken() == {}


groups = st.lists(
    st.tuples(
        st.decimals(min_value=D("0.000001"), max_value=10**6, places=12),
        st.sampled_from(["5", "7", "19", "20", "21"]),
    ),
    min_size=1,
    max_size=20,
)


@given(groups, st.sampled_from([0, 2, 3]))
def test_net_and_tax_of_all_rates_are_the_rounded_sum_of_the_prices(
    prices: list[tuple[Decimal, str]], minor_units: int
) -> None:
    unit = D(1).scaleb(-minor_units)
    taxable = [
        TaxableGroup(
            net=net_of(price, D(percent)),
            tax=price - net_of(price, D(percent)),
            terms=Terms(D(percent), Treatment.STANDARD, includes_tax=True),
        )
        for price, percent in prices
    ]

    totals = invoice_totals(taxable, minor_units=minor_units)

    exact = sum((price for price, _ in prices), D(0))
    assert abs(totals.total - exact) <= unit / 2
    assert totals.subtotal + totals.tax == totals.total
    assert totals.subtotal == sum(totals.line_amounts) == sum(rate.net for rate in totals.rates)
    assert sum(gross or 0 for gross in totals.line_grosses) == totals.total
    for rate in totals.rates:
        assert abs(rate.tax - rate.net * rate.percent / 100) < unit
