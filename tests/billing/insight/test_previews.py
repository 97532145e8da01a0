"""What a change would do is told first, and then is what it does: worked examples with figures."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from accounts.companies.models import Company
from billing.catalog.models import PlanKind
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.discounts.actions import add_discount
from billing.insight.books import audit
from billing.insight.models import FeaturePreview
from billing.insight.previews import effects, preview_change, summaries
from billing.invoicing.actions import close_period, issue_invoice
from billing.invoicing.closing import ensure_owing_periods
from billing.metering.fees import charge_due_fees
from billing.metering.models import Charge, UsageKey
from billing.metering.rerating import Selection, rerate
from billing.subscriptions.models import BillingPeriod
from features import catalog
from features.actions import set_value
from features.exceptions import FeatureRefused
from features.models import FeatureValue
from tests.billing.metering.usage import MB, money_of, record, send
from tests.factories import BY, make_company, make_plan, make_subscription
from tests.two_sessions import wait_until_somebody_waits

pytestmark = pytest.mark.django_db

D = Decimal
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TAX = catalog.feature("tax_percent")
MARCH = date(2026, 3, 1)
AFTER = datetime(2026, 5, 1, tzinfo=UTC)


def _company(subject: str, *, billing_day: int = 1, tax: Decimal | None = None) -> Company:
    """A postpaid company at 0.10 per MB; the provider's default tax unless said."""
    company = make_company(
        billing_type="postpaid", credit_limit=None, tax_percent=tax, billing_day=billing_day
    )
    make_subscription(company, make_plan(PriceTerms(D("0.10"))), subject=subject)
    return company


def _used(subject: str, megabytes: int, *, at: datetime, rated: datetime | None = None) -> None:
    send(record(subject, megabytes * MB, at=at), at=rated or at)


def _bill(company: Company) -> Decimal:
    """Close and issue the period of NOON; the invoice's total."""
    period = BillingPeriod.objects.get(company=company, starts_at__lte=NOON, ends_at__gt=NOON)
    close_period(period.pk, at=AFTER)
    invoice = issue_invoice(period.pk, by="system", at=AFTER)
    assert invoice is not None
    return invoice.total


def _charged(company: Company) -> list[tuple[int, int]]:
    """Tax rate and tax of the charges that stand; whole numbers in these examples."""
    standing = Charge.objects.filter(
        company=company, pk__in=UsageKey.objects.values("charge_id")
    ).order_by("started_at")
    found = list(standing.values_list("tax_percent", "tax"))
    assert all(figure == int(figure) for pair in found for figure in pair)
    return [(int(percent), int(tax)) for percent, tax in found]


def _set(value: str, *, back: bool = False, at: datetime = NOON) -> None:
    set_value("tax_percent", value=value, reason="Law", by=BY, at=at, from_period_start=back)


def test_the_invoices_differ_by_exactly_what_the_preview_said() -> None:
    """20 % from the start of the open period, which began on the 1st for one and on the 5th for
    the other: 100 MB at 0.10 are 10.00 and become 12.00, and 50.05 MB after the 5th likewise.
    A company with a rate of its own, and use before the period, stay as they are."""
    first = _company("first")
    fifth = _company("fifth", billing_day=5)
    own = _company("own", tax=D(7))
    _used("first", 100, at=NOON - 8 * DAY)
    _used("fifth", 40, at=NOON - 8 * DAY)  # the 2nd: in the period that ended on the 5th
    _used("fifth", 30, at=NOON - 3 * DAY)
    _used("own", 100, at=NOON - DAY)

    preview = preview_change(TAX, "20", by=BY, at=NOON)

    told = {each.company_id: each for each in effects(preview, "from_period_start")}
    assert set(told) == {first.pk, fifth.pk}
    assert (told[first.pk].before, told[first.pk].after) == (D("10.00"), D("12.00"))
    assert (told[fifth.pk].before, told[fifth.pk].after) == (D("3.00"), D("3.60"))
    [summary] = summaries(preview, "from_period_start")
    assert (summary.companies, summary.before, summary.after) == (2, D("13.00"), D("15.60"))
    assert [each.company_id for each in summary.movers] == [first.pk, fifth.pk]
    assert not FeatureValue.objects.exists()
    assert Charge.objects.count() == 4

    _set("20", back=True)
    assert [_bill(each) for each in (first, fifth, own)] == [D("12.00"), D("3.60"), D("10.70")]
    assert money_of(fifth) == D("-7.60")
    assert audit(at=AFTER) == 0


def test_what_the_close_adds_is_in_the_preview() -> None:
    """10.00 used, 10 % off: 9.00 and with tax 10.80. A service of 4.00 a month of somebody who used
    nothing: 4.80."""
    first, second = _company("first"), _company("second")
    add_discount(first, name="Friend", starts=MARCH, cycles=0, percent=D(-10), by=BY, at=NOON)
    add_discount(second, name="Help", starts=MARCH, cycles=0, amount=D(4), by=BY, at=NOON)
    ensure_owing_periods(at=NOON)
    _used("first", 100, at=NOON - DAY)
    told = effects(preview_change(TAX, "20", by=BY, at=NOON), "from_period_start")
    bills = {each.company_id: (each.before, each.after) for each in told}
    assert bills == {
        first.pk: (D("9.00"), D("10.80")),
        second.pk: (D("4.00"), D("4.80")),
    }
    _set("20", back=True)
    assert [_bill(first), _bill(second)] == [D("10.80"), D("4.80")]


def test_fees_of_the_open_period_are_taxed_anew() -> None:
    """A monthly fee of 5.00 due on the 1st: 5.00, then 6.00; one line, once."""
    company = make_company(billing_type="postpaid", credit_limit=None, tax_percent=None)
    plan = make_plan(
        kind=PlanKind.PAYGO, terms=PlanTerms(fee=D(5), prices=(PriceTerms(D("0.10")),))
    )
    make_subscription(company, plan, subject="sim", at=datetime(2026, 2, 1, tzinfo=UTC))
    charge_due_fees(at=datetime(2026, 3, 1, tzinfo=UTC))
    [effect] = effects(preview_change(TAX, "20", by=BY, at=NOON), "from_period_start")
    assert (effect.before, effect.after) == (D("5.00"), D("6.00"))
    _set("20", back=True)
    period = BillingPeriod.objects.get(company=company, starts_at__lte=NOON, ends_at__gt=NOON)
    close_period(period.pk, at=AFTER)
    invoice = issue_invoice(period.pk, by="system", at=AFTER)
    assert invoice is not None
    assert invoice.total == D("6.00")
    [line] = invoice.lines.all()
    assert (line.quantity, line.amount) == (D(1), D("5.00"))
    assert audit(at=AFTER) == 0


@pytest.mark.verifies("tax_percent", "default")
@pytest.mark.verifies("tax_percent", "changed")
def test_a_flip_from_now_on_changes_no_charge_before_its_instant() -> None:
    """Not what was charged, not what is reported late, and not what is rated anew for another
    reason."""
    company = _company("sim")
    _used("sim", 100, at=NOON - DAY)
    before = list(Charge.objects.values())
    _set("20")
    assert list(Charge.objects.values()) == before
    _used("sim", 100, at=NOON - 2 * DAY, rated=NOON + DAY)
    _used("sim", 100, at=NOON + DAY)
    assert _charged(company) == [(0, 0), (0, 0), (20, 2)]
    rerate(Selection(NOON - 5 * DAY, NOON + 5 * DAY, company=company), by=BY, at=NOON + 2 * DAY)
    assert _charged(company) == [(0, 0), (0, 0), (20, 2)]


def test_late_use_of_the_period_goes_by_the_value_that_reached_back() -> None:
    """By 20 % from the company's own 5th on; the use of the 4th stays untaxed."""
    company = _company("sim", billing_day=5)
    _used("sim", 100, at=NOON)
    _set("20", back=True)
    _used("sim", 100, at=datetime(2026, 3, 4, 12, tzinfo=UTC), rated=NOON + DAY)
    _used("sim", 100, at=datetime(2026, 3, 6, 12, tzinfo=UTC), rated=NOON + DAY)
    assert _charged(company) == [(0, 0), (20, 2), (20, 2)]


@pytest.mark.django_db(transaction=True)
def test_use_that_comes_meanwhile_waits_and_goes_by_the_new_value() -> None:
    """The company has no charge and no period yet; without the lock it would be taxed by 0."""
    company = _company("sim")

    def use() -> None:
        try:
            _used("sim", 100, at=NOON - DAY)
        finally:
            connection.close()

    thread = threading.Thread(target=use)
    with transaction.atomic():
        _set("20", back=True)
        thread.start()
        wait_until_somebody_waits()
    thread.join(30)
    assert _charged(company) == [(20, 2)]


def test_a_value_that_reaches_back_overrides_what_was_set_within_the_period() -> None:
    company = _company("sim")
    _used("sim", 100, at=NOON - 2 * DAY)
    _set("10", at=NOON - DAY)
    _used("sim", 100, at=NOON - DAY / 2)
    assert _charged(company) == [(0, 0), (10, 1)]
    _set("20", back=True)
    assert _charged(company) == [(20, 2), (20, 2)]


def test_what_a_value_does_not_change_is_not_rated_anew() -> None:
    own = _company("own", tax=D(7))
    _used("own", 100, at=NOON - DAY)
    _set("20", back=True)
    assert Charge.objects.filter(company=own).count() == 1


def test_from_now_on_is_the_rest_of_the_period_at_the_use_of_the_last_week() -> None:
    """70 MB in the week before the 11th, 0:00, cost 7.00; 21 days are left, three such weeks. As it
    is: 7 + 21 = 28.00. At 20 % from now on: 7 + 25.20 = 32.20."""
    midnight = datetime(2026, 3, 11, tzinfo=UTC)
    _company("sim")
    _used("sim", 50, at=midnight - 6 * DAY)
    _used("sim", 20, at=midnight - DAY)
    [effect] = effects(preview_change(TAX, "20", by=BY, at=midnight), "from_now")
    assert (effect.before, effect.after) == (D("28.00"), D("32.20"))
    assert Charge.objects.count() == 2


def test_from_now_on_compares_with_the_value_of_now_not_of_the_week() -> None:
    """10 % since yesterday: the week is worth 7.70 of itself, not 7.00."""
    midnight = datetime(2026, 3, 11, tzinfo=UTC)
    _company("sim")
    _used("sim", 70, at=midnight - 6 * DAY)
    _set("10", at=midnight - DAY)
    [effect] = effects(preview_change(TAX, "20", by=BY, at=midnight), "from_now")
    assert (effect.before, effect.after) == (D("7.00") + D("23.10"), D("7.00") + D("25.20"))


def test_a_feature_that_changes_no_charge_says_so_and_takes_effect() -> None:
    _company("sim")
    _used("sim", 70, at=NOON)
    preview = preview_change(catalog.feature("invoice_menu"), False, by=BY, at=NOON)
    assert summaries(preview, "from_period_start") == summaries(preview, "from_now") == []
    row = set_value("invoice_menu", value=False, reason="x", by=BY, at=NOON, from_period_start=True)
    assert not row.from_period_start
    assert Charge.objects.count() == 1


def test_currencies_are_told_apart() -> None:
    for currency, subject in (("USD", "a"), ("JPY", "b")):
        company = make_company(
            currency=currency, billing_type="postpaid", credit_limit=None, tax_percent=None
        )
        plan = make_plan(PriceTerms(D(10)), currency=currency)
        make_subscription(company, plan, subject=subject)
        _used(subject, 1, at=NOON)
    preview = preview_change(TAX, "20", by=BY, at=NOON)
    told = [(each.currency, each.after) for each in summaries(preview, "from_period_start")]
    assert told == [("JPY", D(12)), ("USD", D("12.00"))]


@pytest.mark.verifies("preview_required", "on")
def test_with_a_preview_required_only_what_was_shown_is_saved() -> None:
    set_value("preview_required", value=True, reason="Care", by=BY, at=NOON)
    with pytest.raises(FeatureRefused) as refused:
        _set("20")
    assert refused.value.code == "preview_required"
    preview_change(TAX, "19", by=BY, at=NOON)
    preview_change(TAX, "20", by="staff:somebody.else", at=NOON)
    with pytest.raises(FeatureRefused):
        _set("20")
    preview_change(TAX, "20.00", by=BY, at=NOON)
    _set("20", at=NOON + timedelta(hours=1))
    assert FeaturePreview.objects.count() == 3
    with pytest.raises(FeatureRefused):  # it was set since: another preview would say other things
        _set("20", at=NOON + timedelta(hours=2))
    set_value("tax_name", value="MwSt", reason="Words move no money", by=BY, at=NOON)


def test_a_preview_of_yesterday_is_not_one_of_today() -> None:
    set_value("preview_required", value=True, reason="Care", by=BY, at=NOON)
    preview_change(TAX, "20", by=BY, at=NOON)
    with pytest.raises(FeatureRefused):
        _set("20", at=NOON + timedelta(hours=24))
