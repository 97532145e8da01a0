"""Money that comes in one currency for another, by every way: figures by hand, books audited."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest
from djmoney.money import Money
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from accounts.companies.models import Company
from billing.ledger.actions import LegSpec
from billing.ledger.models import AccountKind, Leg
from billing.ledger.queries import balance
from billing.money.calc import minor_digits
from billing.payments.actions.transfers import record_transfer
from billing.payments.conversion import chargeable_step, exchange_legs, to_take
from billing.payments.exceptions import InvalidPaymentAmount
from billing.payments.models import Dispute, Payment
from billing.profiles.actions import choose_currencies
from billing.recharges.actions.openings import open_due_for
from billing.recharges.tasks import attempt_recharges
from config.sandbox.testing import Stack
from tests.billing.currencies.test_payments import legs_of
from tests.billing.currencies.world import rate, several_currencies
from tests.billing.payments.gateway_news import deliver, news
from tests.billing.payments.test_disputes import disputed
from tests.billing.recharges.companies import books_agree, company_with_rule
from tests.factories import BY, NOW, make_company, new_key, use

D = Decimal


def recharged() -> tuple[Company, Payment]:
    """25/500 with a card charged in EUR: 475.00 USD at 0.92 are 437.00 EUR."""
    several_currencies()
    company = company_with_rule(balance="100")
    choose_currencies(company, display_currency="", payment_currency="EUR", by=BY, at=NOW)
    use(company, net="75.00")
    assert open_due_for([company.pk], at=NOW) == 1
    assert attempt_recharges(at=NOW) == 1
    return company, Payment.objects.get(company=company)


def exchanged() -> dict[str, Decimal]:
    """What stands on the `fx` accounts."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for leg in Leg.objects.filter(account__kind="fx").select_related("account"):
        sums[leg.account.currency] += leg.amount
    return dict(sums)


@pytest.mark.django_db
def test_an_automatic_recharge_reaches_its_target_with_a_card_in_euro(
    stripe_sandbox: Stack,
) -> None:
    company, payment = recharged()
    assert (payment.amount, payment.charged) == (Money(475, "USD"), Money(437, "EUR"))
    assert payment.status == Payment.Status.COMPLETED
    assert balance(company).balance == D(500)
    assert legs_of(payment.entry) == {
        "cash:EUR": D(-437),
        "fx:EUR": D(437),
        "fx:USD": D(-475),
        "customer:USD": D(475),
    }
    assert payment.receipt is not None
    assert payment.receipt.content["amount"] == "475.00"
    assert books_agree()


@pytest.mark.django_db
def test_a_lost_dispute_of_it_takes_both_amounts_back(stripe_sandbox: Stack) -> None:
    """The bank takes 437.00 EUR, the account loses 475.00 USD, and nothing stands between the
    currencies, whatever the rate is by then."""
    company, payment = recharged()
    rate("EUR", "0.50", at=NOW)
    dispute = disputed(stripe_sandbox, payment)
    for event in news(stripe_sandbox, "charge.dispute.created", about=dispute):
        deliver(event)
        deliver(event)
    assert balance(company).balance == D(25)
    assert exchanged() == {"EUR": D(0), "USD": D(0)}
    stripe_sandbox.control(f"disputes/{dispute}/close", outcome="lost")
    for event in news(stripe_sandbox, "charge.dispute.closed", about=dispute):
        deliver(event)
    assert Dispute.objects.get().status == Dispute.Status.LOST
    assert balance(company).balance == D(25)
    assert books_agree()


@pytest.mark.django_db
def test_a_won_dispute_of_it_gives_both_amounts_again(stripe_sandbox: Stack) -> None:
    company, payment = recharged()
    rate("EUR", "0.50", at=NOW)
    dispute = disputed(stripe_sandbox, payment)
    stripe_sandbox.control(f"disputes/{dispute}/close", outcome="won")
    for kind in ("created", "funds_withdrawn", "funds_reinstated", "closed"):
        for event in news(stripe_sandbox, f"charge.dispute.{kind}", about=dispute):
            deliver(event)
    assert Dispute.objects.get().status == Dispute.Status.WON
    assert balance(company).balance == D(500)
    assert exchanged() == {"EUR": D(437), "USD": D(-475)}
    assert books_agree()


def transferred(company: Company, amount: Money) -> Payment:
    return record_transfer(
        company,
        amount=amount,
        method=Payment.Method.BANK_TRANSFER,
        reference="",
        received_at=NOW,
        key=new_key(),
        by=BY,
        at=NOW,
    )


@pytest.mark.django_db
def test_a_bank_transfer_in_another_currency_is_converted_half_even() -> None:
    """100.00 EUR at 1 / 0.92 = 1.086956521739130435 are 108.6956… USD: 108.70."""
    several_currencies()
    company = make_company()
    payment = transferred(company, Money("100.00", "EUR"))
    assert (payment.amount, payment.charged) == (Money("108.70", "USD"), Money("100.00", "EUR"))
    assert legs_of(payment.entry) == {
        "cash:EUR": D(-100),
        "fx:EUR": D(100),
        "fx:USD": D("-108.70"),
        "customer:USD": D("108.70"),
    }
    assert balance(company).balance == D("108.70")
    assert books_agree()


@pytest.mark.django_db
def test_a_transfer_that_comes_to_nothing_on_the_account_is_refused() -> None:
    """0.001 KWD at 1 / 0.31 are 0.0032 USD."""
    several_currencies()
    with pytest.raises(InvalidPaymentAmount):
        transferred(make_company(), Money("0.001", "KWD"))
    assert not Payment.objects.exists()


CURRENCIES = ["USD", "EUR", "JPY", "KWD"]
UNITS = st.integers(min_value=10**12, max_value=10**24).map(lambda units: D(units).scaleb(-18))


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    account=st.sampled_from(CURRENCIES),
    card=st.sampled_from(CURRENCIES),
    units=st.fixed_dictionaries(dict.fromkeys(CURRENCIES[1:], UNITS)),
    count=st.integers(min_value=1, max_value=10**9),
)
def test_at_every_rate_the_legs_cancel_and_the_account_is_never_short(
    account: str, card: str, units: dict[str, Decimal], count: int
) -> None:
    """What is taken is worth at least what was asked for, and less than a step of the card more."""
    assume(account != card)
    for currency, rate_units in units.items():
        rate(currency, str(rate_units))
    asked = Money(D(count).scaleb(-minor_digits(account)), account)

    taken, used = to_take(asked, card, gateway="stripe", at=NOW)

    step = Fraction(chargeable_step("stripe", card))
    over = Fraction(taken.amount) - Fraction(asked.amount) * Fraction(used.units_per_base)
    assert 0 <= over < step
    assert Fraction(taken.amount) % step == 0
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for leg in (
        LegSpec(AccountKind.CASH, -taken.amount, card),
        *exchange_legs(asked, taken, sign=1),
        LegSpec(AccountKind.CUSTOMER, asked.amount, account),
    ):
        sums[leg.currency] += leg.amount
    assert dict(sums) == {account: D(0), card: D(0)}
