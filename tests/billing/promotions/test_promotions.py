"""Promo codes: off the next invoices, or a credit that is spent first and expires."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest

from accounts.companies.models import Company
from accounts.events.models import Event
from billing.invoicing.handlers import bring_allocations_up_to_date
from billing.invoicing.models import Invoice
from billing.invoicing.tasks import close_periods, issue_invoices
from billing.ledger.queries import balance
from billing.metering.fees import charge_due_fees
from billing.promotions.actions import create_promo_code, redeem
from billing.promotions.credits import unspent_credit
from billing.promotions.exceptions import PromoCodeInvalid, PromoCodeRefused
from billing.promotions.models import CreditLot, PromoCode, Redemption
from billing.promotions.queries import next_credit_expiry
from billing.promotions.tasks import expire_credits
from features.actions import set_value
from tests.accounts.access.client import Api
from tests.billing.invoicing.months import use_as_charged
from tests.books import faults
from tests.factories import BY, credit, make_company
from tests.portal import browser
from tests.two_sessions import at_once

D = Decimal
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ENDS = [datetime(2026, month, 2, 1, tzinfo=UTC) for month in (5, 6, 7)]


def customer() -> Company:
    return make_company(billing_type="postpaid", credit_limit=None, tax_percent=D(20), at=APRIL)


def code(**terms: object) -> PromoCode:
    given: dict[str, object] = {"kind": "signup", "by": BY, "at": APRIL} | terms
    return create_promo_code(**given)  # type: ignore[arg-type]


def take(company: Company, promo: PromoCode, *, at: datetime = APRIL) -> Redemption:
    return redeem(company, promo.code, by=BY, at=at)


def month(company: Company, *, net: str, end: datetime) -> dict[str, Decimal]:
    """A fee from this month on (or, empty, those that run), closed and issued; lines by words."""
    if net:
        use_as_charged(company, net=net, at=end - 10 * DAY)
    charge_due_fees(at=end - 10 * DAY)
    close_periods(at=end)
    issue_invoices(at=end)
    invoice = Invoice.objects.get(company=company, issued_at=end)
    return {line.group["what"]: line.amount for line in invoice.lines.all()}


def refusal(company: Company, promo: PromoCode | str, *, at: datetime = APRIL) -> str:
    with pytest.raises(PromoCodeRefused) as refused:
        redeem(company, str(promo), by=BY, at=at)
    return refused.value.code


@pytest.mark.django_db
def test_a_share_is_taken_off_the_next_two_invoices() -> None:
    """25 % of 80 = 20: 60 + 20 % = 72; the third invoice is whole: 80 + 20 % = 96."""
    company, promo = customer(), code(percent=D(25), invoices=2)
    take(company, promo)
    words = f"Promo code {promo}"
    lines = [
        month(company, net=net, end=end).get(words)
        for net, end in zip(("80", "", ""), ENDS, strict=True)
    ]
    assert lines == [D(-20), D(-20), None]
    totals = Invoice.objects.filter(company=company).order_by("issued_at")
    assert [invoice.total for invoice in totals] == [72, 72, 96]
    assert Redemption.objects.get().applied == 2
    assert faults() == []


@pytest.mark.django_db
def test_an_amount_takes_no_more_than_there_is_and_0_is_every_invoice() -> None:
    company, promo = customer(), code(amount=D(50), currency="USD", invoices=0)
    take(company, promo)
    words = f"Promo code {promo}"
    lines = [
        month(company, net=net, end=end)[words]
        for net, end in zip(("30", "60", "70"), ENDS, strict=True)
    ]
    assert lines == [D(-30), D(-50), D(-50)]
    assert faults() == []


@pytest.mark.django_db
def test_a_credit_is_spent_first_and_what_is_left_expires() -> None:
    """100 paid in, 20 credited; 10 + 20 % = 12 used: 8 of the credit are left and expire."""
    company = customer()
    credit(company, "100", at=APRIL)
    take(company, code(amount=D(20), currency="USD", invoices=None, valid_until=APRIL + 30 * DAY))
    assert balance(company).balance == 120
    assert next_credit_expiry(APRIL) == APRIL + 30 * DAY
    use_as_charged(company, net="10", at=APRIL + DAY)
    assert unspent_credit(company, "USD") == 8
    assert expire_credits(at=APRIL + 29 * DAY) == 0
    assert [expire_credits(at=APRIL + 30 * DAY) for _ in range(2)] == [1, 0]
    assert balance(company).balance == 100
    assert CreditLot.objects.get().left == 0
    assert faults() == []


@pytest.mark.django_db
def test_a_credit_that_was_used_up_does_not_expire() -> None:
    company = customer()
    take(company, code(amount=D(20), currency="USD", invoices=None, valid_until=APRIL + 30 * DAY))
    use_as_charged(company, net="50", at=APRIL + DAY)
    assert expire_credits(at=APRIL + 31 * DAY) == 0
    assert balance(company).balance == -40
    assert faults() == []


@pytest.mark.django_db
def test_what_expires_first_is_spent_first() -> None:
    company = customer()
    for amount, days in ((20, 60), (10, 30)):
        take(
            company,
            code(amount=D(amount), currency="USD", invoices=None, valid_until=APRIL + days * DAY),
        )
    use_as_charged(company, net="10", at=APRIL + DAY)
    assert unspent_credit(company, "USD") == 18
    left = CreditLot.objects.order_by("expires_at").values_list("left", flat=True)
    assert list(left) == [0, 18]


@pytest.mark.django_db
def test_a_credit_pays_an_open_invoice() -> None:
    """120.00 open, 20.00 credited: 100.00 due."""
    company = customer()
    month(company, net="100", end=ENDS[0])
    take(company, code(kind="existing", amount=D(20), currency="USD", invoices=None), at=ENDS[0])
    event = Event.objects.get(company=company, type="promotion.booked")
    bring_allocations_up_to_date(event, at=ENDS[0])
    assert Invoice.objects.get().amount_due == 100
    assert faults() == []


@pytest.mark.django_db
def test_whom_and_when_a_code_is_for() -> None:
    new, old = customer(), customer()
    month(old, net="1", end=ENDS[0])
    for_old = code(kind="existing", percent=D(10))
    timed = code(percent=D(10), valid_from=APRIL + DAY, valid_until=APRIL + 2 * DAY)
    assert refusal(new, for_old) == refusal(old, timed, at=APRIL + DAY) == "promo_code_not_for_you"
    assert refusal(new, timed) == "promo_code_not_yet_valid"
    assert refusal(new, timed, at=APRIL + 2 * DAY) == "promo_code_expired"
    assert refusal(new, "NOSUCH") == "promo_code_unknown"
    assert refusal(new, code(amount=D(1), currency="EUR")) == "promo_code_wrong_currency"
    take(new, timed, at=APRIL + DAY)
    assert refusal(new, timed, at=APRIL + DAY) == "promo_code_already_redeemed"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"percent": D(10), "amount": D(1), "currency": "USD"},
        {"amount": D(1)},
        {"percent": D(101)},
        {"percent": D(10), "invoices": None},
        {"percent": D(10), "valid_from": APRIL, "valid_until": APRIL},
    ],
)
def test_a_code_that_cannot_be_is_refused(terms: dict[str, object]) -> None:
    with pytest.raises(PromoCodeInvalid):
        code(**terms)


@pytest.mark.django_db
@pytest.mark.verifies("promo_code_prefix", "default")
@pytest.mark.verifies("promo_code_prefix", "changed")
def test_the_prefix_in_both_positions() -> None:
    assert len(code(percent=D(10)).code) == 6
    set_value("promo_code_prefix", value="SUMMER20", by=BY, reason="Test", at=APRIL)
    assert code(percent=D(10)).code.startswith("SUMMER20-")
    set_value("promo_code_prefix", value="", by=BY, reason="Test", at=APRIL + DAY)
    assert "-" not in code(percent=D(10), at=APRIL + DAY).code


@pytest.mark.django_db(transaction=True)
def test_a_limit_is_never_passed_by_customers_at_once() -> None:
    """Eight at once for a code that five may redeem."""
    promo = code(amount=D(20), currency="USD", invoices=None, max_redemptions=5)
    companies = [customer() for _ in range(8)]
    outcomes = at_once(*[partial(take, company, promo) for company in companies])
    refused = [each.code for each in outcomes if isinstance(each, PromoCodeRefused)]
    assert refused == ["promo_code_used_up"] * 3
    assert sum(balance(company).balance for company in companies) == 100
    promo.refresh_from_db()
    assert promo.redeemed == 5
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_one_customer_at_once_redeems_once() -> None:
    promo, company = code(amount=D(20), currency="USD", invoices=None), customer()
    outcomes = at_once(*[partial(take, company, promo) for _ in range(4)])
    assert sum(isinstance(each, Redemption) for each in outcomes) == 1
    assert balance(company).balance == 20


@pytest.mark.django_db
def test_staff_make_codes_and_companies_redeem_them(
    staff_api: Api, company_api: Callable[[Company], Api]
) -> None:
    company = customer()
    body = {"kind": "signup", "amount": "20", "currency": "USD", "as_credit": True}
    made = staff_api.call("post", "promo-codes/", body)
    assert (made.status_code, made.json()["invoices"]) == (201, None)
    mine, route = company_api(company), f"companies/{company.pk}/promo-codes/"
    assert mine.call("post", "promo-codes/", body).status_code == 403
    taken = mine.call("post", route, {"code": made.json()["code"].lower()})
    assert (taken.status_code, taken.json()["amount"]) == (201, "20")
    again = mine.call("post", route, {"code": made.json()["code"]})
    assert again.json()["errors"][0]["code"] == "promo_code_already_redeemed"
    assert len(mine.call("get", route).json()["results"]) == 1
    assert balance(company).balance == 20


@pytest.mark.django_db
def test_the_portal_has_a_field_for_it() -> None:
    company, promo = customer(), code(percent=D(10), invoices=3)
    client, address = browser(company), "/portal/balance/promo-codes/"
    assert address in client.get("/portal/balance/").text
    assert "There is no such code." in client.post(address, {"code": "NOSUCH"}).text
    shown = client.post(address, {"code": promo.code}, follow=True).text
    assert promo.code in shown
    assert "0 of 3 invoices so far" in shown
