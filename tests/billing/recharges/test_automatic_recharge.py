"""Automatic recharge against the sandbox gateway, from threshold to receipt."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from djmoney.money import Money

from accounts.companies.models import Company
from accounts.events.models import Event
from billing.ledger.holds import place_hold
from billing.ledger.queries import balance
from billing.payments.actions.charging import confirm_payment, is_confirmable
from billing.payments.actions.methods import remove_method
from billing.payments.actions.transfers import record_transfer
from billing.payments.models import Payment, PaymentMethod
from billing.recharges.actions.attempts import attempt_recharge, claim_due_recharge
from billing.recharges.actions.openings import open_due_for
from billing.recharges.models import Recharge, RechargeRule
from billing.recharges.tasks import (
    attempt_recharges,
    next_recharge_due,
    open_due_recharges,
    withdraw_confirmations,
)
from config.clock import wall
from config.sandbox.testing import Stack
from features.actions import set_value
from tests.billing.payments.cards import (
    DECLINES,
    WANTS_3DS,
    authenticate,
    card_token,
    save_card,
    usd,
)
from tests.billing.payments.gateway_news import deliver, news
from tests.billing.recharges.companies import company_with_rule, rule
from tests.factories import BY, NOW, make_company, new_key, pay_in, use

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def events(company: Company) -> list[str]:
    return list(Event.objects.filter(company=company).order_by("id").values_list("type", flat=True))


def run(*, at: datetime = NOW) -> None:
    open_due_recharges(at=at)
    attempt_recharges(at=at)


def only(company: Company) -> Recharge:
    return Recharge.objects.get(company=company)


def transfer(company: Company, amount: str) -> Payment:
    return record_transfer(
        company,
        amount=usd(amount),
        method=Payment.Method.BANK_TRANSFER,
        reference="",
        received_at=NOW,
        key=new_key(),
        by=BY,
        at=NOW,
    )


def test_balance_exactly_at_threshold_is_recharged_to_the_target(stripe_sandbox: Stack) -> None:
    """Threshold 25, recharge to 500, balance exactly 25.00 → one payment of 475.00, 500.00."""
    company = company_with_rule(balance="100")
    use(company, net="75.00")

    assert open_due_for([company.pk], at=NOW) == 1
    assert attempt_recharges(at=NOW) == 1

    [payment] = Payment.objects.filter(company=company)
    assert payment.amount == usd("475.00")
    assert payment.status == Payment.Status.COMPLETED
    assert balance(company).balance == Decimal("500.00")
    recharge = only(company)
    assert recharge.status == Recharge.Status.SUCCEEDED
    assert recharge.balance_after == Decimal("500.00")
    assert payment.receipt is not None
    assert payment.receipt.number == "RV-000001"
    assert payment.receipt.content["amount"] == "475.00"
    assert "account.threshold_reached" in events(company)
    assert events(company)[-2:] == ["payment.completed", "recharge.succeeded"]
    assert open_due_recharges(at=NOW) == 0


def test_a_cent_above_the_threshold_nothing_happens(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100")
    use(company, net="74.99")
    assert open_due_for([company.pk], at=NOW) == 0
    assert "account.threshold_reached" not in events(company)


def test_holds_are_not_counted(db: None) -> None:
    company = make_company()
    pay_in(company, usd("100"))
    rule(company)
    place_hold(
        company,
        amount=usd("90"),
        reference="ride",
        expires_in=HOUR,
        key=new_key(),
        at=NOW,
    )
    assert open_due_for([company.pk], at=NOW) == 0


def test_sub_cent_balances_are_charged_rounded_up(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100")
    use(company, net="75.000000000001")
    run()
    assert Payment.objects.get(company=company).amount == usd("475.01")
    assert balance(company).balance == Decimal("500.009999999999")


def test_crossing_is_told_once_until_the_balance_has_been_above(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100", token=DECLINES)
    use(company, net="80")
    for _ in range(3):
        open_due_recharges(at=NOW)
    assert events(company).count("account.threshold_reached") == 1
    pay_in(company, usd("100"))
    open_due_recharges(at=NOW)
    use(company, net="100")
    open_due_recharges(at=NOW)
    assert events(company).count("account.threshold_reached") == 2


def test_card_that_declines_is_tried_three_times_a_day_apart(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100", token=DECLINES)
    use(company, net="80")
    run()
    recharge = only(company)
    assert recharge.status == Recharge.Status.RETRY_SCHEDULED
    assert recharge.failure_code == "generic_decline"
    assert recharge.next_attempt_at == NOW + DAY
    assert attempt_recharges(at=NOW + 23 * HOUR) == 0
    assert open_due_recharges(at=NOW + 23 * HOUR) == 0
    assert next_recharge_due(NOW) == NOW + DAY

    run(at=NOW + DAY)
    run(at=NOW + 2 * DAY)
    recharge.refresh_from_db()
    assert (recharge.status, recharge.attempt) == (Recharge.Status.EXHAUSTED, 3)
    assert RechargeRule.objects.get(company=company).paused_at == NOW + 2 * DAY
    assert open_due_recharges(at=NOW + 4 * DAY) == 0
    assert Payment.objects.filter(company=company, status="failed").count() == 3
    assert events(company).count("recharge.failed") == 2
    assert events(company).count("recharge.exhausted") == 1
    assert balance(company).balance == Decimal(20)


def test_fallbacks_are_tried_in_order_within_one_attempt(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100", token=DECLINES)
    worn, good = save_card(company, DECLINES), save_card(company, make_default=False)
    chosen = PaymentMethod.objects.filter(company=company).earliest("added_at", "id")
    rule(company, card=chosen, fallbacks=(worn, good))
    use(company, net="80")
    run()
    tried = Payment.objects.filter(company=company).order_by("attempt__id")
    assert [payment.payment_method_id for payment in tried] == [chosen.pk, worn.pk, good.pk]
    assert [payment.status for payment in tried] == ["failed", "failed", "completed"]
    recharge = only(company)
    assert (recharge.status, recharge.attempt) == (Recharge.Status.SUCCEEDED, 1)
    assert balance(company).balance == Decimal(500)


def test_a_caller_who_may_not_wait_leaves_the_next_card_to_the_job(stripe_sandbox: Stack) -> None:
    """The first card was slow and declined; the fallback belongs to the same attempt."""
    company = company_with_rule(balance="100", token=DECLINES)
    chosen = PaymentMethod.objects.get(company=company)
    rule(company, card=chosen, fallbacks=(save_card(company, make_default=False),))
    use(company, net="80")
    open_due_recharges(at=NOW)
    recharge_id = claim_due_recharge(at=NOW)
    assert recharge_id is not None
    attempt_recharge(recharge_id, at=NOW, until=wall() - HOUR)
    assert [p.status for p in Payment.objects.filter(company=company)] == ["failed"]
    assert only(company).status == Recharge.Status.CHARGING
    assert attempt_recharges(at=NOW) == 1
    assert (only(company).status, only(company).attempt) == (Recharge.Status.SUCCEEDED, 1)
    assert balance(company).balance == Decimal(500)


def test_a_stolen_card_is_not_tried_again(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100")
    use(company, net="80")
    stripe_sandbox.control(fault="decline_charge", decline_code="stolen_card")
    run()
    assert only(company).failure_code == "stolen_card"
    run(at=NOW + DAY)
    assert Payment.objects.filter(company=company).count() == 1
    assert only(company).attempt == 2
    run(at=NOW + 2 * DAY)
    assert only(company).status == Recharge.Status.EXHAUSTED


def test_without_a_card_an_attempt_fails(db: None) -> None:
    company = make_company()
    pay_in(company, usd("20"))
    rule(company)
    attempt_recharges(at=NOW)
    recharge = only(company)
    assert (recharge.status, recharge.failure_code) == ("retry_scheduled", "no_payment_method")


def test_3d_secure_without_the_customer_fails_and_can_be_confirmed(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100", token=card_token(WANTS_3DS))
    use(company, net="80")
    run()
    payment = Payment.objects.get(company=company)
    assert (payment.status, payment.failure_code) == ("failed", "authentication_required")
    assert is_confirmable(payment)
    assert only(company).status == Recharge.Status.RETRY_SCHEDULED

    payment = confirm_payment(payment, at=NOW)
    assert payment.status == Payment.Status.REQUIRES_ACTION
    assert payment.action_url.startswith("http")
    authenticate(payment.client_secret, success=True)
    for event in news(stripe_sandbox, "payment_intent.succeeded", about=str(payment.pk)):
        deliver(event)
    assert only(company).status == Recharge.Status.SUCCEEDED
    assert balance(company).balance == Decimal(500)
    assert attempt_recharges(at=NOW + DAY) == 0


def test_a_retry_withdraws_what_could_still_be_confirmed(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100", token=card_token(WANTS_3DS))
    use(company, net="80")
    run()
    first = Payment.objects.get(company=company)
    rule(company, card=save_card(company))
    attempt_recharges(at=NOW)
    first.refresh_from_db()
    assert not is_confirmable(first)
    assert len(news(stripe_sandbox, "payment_intent.canceled", about=str(first.pk))) == 1
    assert balance(company).balance == Decimal(500)


def test_payment_by_another_route_calls_a_waiting_recharge_off(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100", token=DECLINES)
    use(company, net="80")
    run()
    transfer(company, "100")
    assert only(company).status == Recharge.Status.FAILED
    assert attempt_recharges(at=NOW + DAY) == 0
    assert balance(company).balance == Decimal(120)


def test_payment_that_is_too_small_resets_the_counter_only(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100", token=DECLINES)
    use(company, net="80")
    run()
    run(at=NOW + DAY)
    assert only(company).attempt == 2
    transfer(company, "1")
    recharge = only(company)
    assert (recharge.attempt, recharge.next_attempt_at) == (0, NOW + 2 * DAY)
    run(at=NOW + 2 * DAY)
    recharge.refresh_from_db()
    assert (recharge.attempt, recharge.tries) == (1, 3)
    assert recharge.status == Recharge.Status.RETRY_SCHEDULED


def test_payment_ends_the_pause_after_exhaustion(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100", token=DECLINES)
    use(company, net="80")
    for day in range(3):
        run(at=NOW + day * DAY)
    transfer(company, "1")
    assert RechargeRule.objects.get(company=company).paused_at is None
    assert open_due_recharges(at=NOW + 3 * DAY) == 0
    opened = Recharge.objects.filter(company=company, status="pending")
    assert opened.count() == 1, "still at the threshold, the next one opens"


def test_still_below_after_a_limited_recharge_the_next_one_opens(stripe_sandbox: Stack) -> None:
    """Maximum 200, balance −500: two of 200 a day, within N per 24 hours."""
    company = company_with_rule(balance="100")
    set_value("maximum_prepaid_recharge", value="200", reason="test", by=BY, at=NOW)
    use(company, net="600")
    run()
    amounts = [p.amount for p in Payment.objects.filter(company=company).order_by("id")]
    assert amounts == [usd("200"), usd("200")]
    assert balance(company).balance == Decimal(-100)
    assert open_due_recharges(at=NOW + 23 * HOUR) == 0
    assert next_recharge_due(NOW + 23 * HOUR) == NOW + DAY
    run(at=NOW + DAY)
    assert balance(company).balance == Decimal(100)
    assert Recharge.objects.filter(company=company, note__contains="maximum").count() == 3


def test_rule_may_allow_more_or_fewer_a_day(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100", max_per_day=1)
    set_value("maximum_prepaid_recharge", value="200", reason="test", by=BY, at=NOW)
    use(company, net="600")
    run()
    assert Payment.objects.filter(company=company).count() == 1


def test_monthly_cap_limits_and_then_stops(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100", monthly_cap="600")
    use(company, net="75")
    run()
    use(company, net="480")
    run()
    amounts = [p.amount for p in Payment.objects.filter(company=company).order_by("id")]
    assert amounts == [usd("475"), usd("125")]
    assert balance(company).balance == Decimal(145)
    use(company, net="140")
    assert open_due_recharges(at=NOW + DAY) == 0
    april = NOW.replace(month=4, day=1, hour=0)
    assert next_recharge_due(NOW + 2 * DAY) == april
    run(at=april)
    assert balance(company).balance == Decimal(500)


def test_left_of_cap_below_the_minimum_opens_nothing(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100", monthly_cap="480")
    use(company, net="75")
    run()
    use(company, net="480")
    assert open_due_recharges(at=NOW) == 0


def test_yen_and_dinar_are_recharged_in_their_own_units(stripe_sandbox: Stack) -> None:
    for currency, used, charged, after in (
        ("JPY", "75.4", "476", "500.6"),
        ("KWD", "75.0015", "475.01", "500.0085"),
    ):
        company = make_company(currency=currency)
        pay_in(company, Money("100", currency))
        save_card(company)
        rule(company)
        use(company, net=used, currency=currency)
        run()
        assert Payment.objects.get(company=company).amount == Money(charged, currency)
        assert balance(company).balance == Decimal(after)


def test_wrong_amount_stops_automatic_recharge_until_staff_have_looked(
    stripe_sandbox: Stack,
) -> None:
    company = company_with_rule(balance="100")
    use(company, net="75")
    stripe_sandbox.control(fault="wrong_amount", delta=1)
    run()
    recharge = only(company)
    assert (recharge.status, recharge.failure_code) == ("exhausted", "wrong_amount")
    assert RechargeRule.objects.get(company=company).paused_at == NOW
    assert balance(company).balance == Decimal(25)


def test_the_link_to_confirm_ends_with_the_need_for_it(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100", token=card_token(WANTS_3DS))
    use(company, net="80")
    run()
    assert withdraw_confirmations(at=NOW) == 0, "the customer may still confirm"
    transfer(company, "100")
    assert withdraw_confirmations(at=NOW) == 1
    assert not is_confirmable(Payment.objects.get(company=company, method="card"))
    assert withdraw_confirmations(at=NOW) == 0


def test_a_removed_card_leaves_its_place_to_the_default(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100")
    chosen = save_card(company, make_default=False)
    rule(company, card=chosen)
    remove_method(chosen, by=BY, at=NOW)
    use(company, net="75")
    run()
    assert balance(company).balance == Decimal(500)


def test_a_closed_company_is_not_charged(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100", token=DECLINES)
    use(company, net="80")
    run()
    Company.objects.filter(pk=company.pk).update(status=Company.Status.CLOSED)
    run(at=NOW + DAY)
    assert only(company).status == Recharge.Status.FAILED
    assert Payment.objects.filter(company=company).count() == 1
