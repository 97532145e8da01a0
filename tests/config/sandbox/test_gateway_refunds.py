"""Never more is given back than was taken."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from config.sandbox.testing import Stack
from tests.config.sandbox.conftest import Mailbox, Payer


def refund(payer: Payer, intent: stripe.PaymentIntent, amount: int) -> stripe.Refund:
    return payer.client.v1.refunds.create({"payment_intent": intent.id, "amount": amount})


def charge_of(payer: Payer, intent: stripe.PaymentIntent) -> stripe.Charge:
    return payer.client.v1.charges.retrieve(str(intent.latest_charge))


def test_100_and_375_fit_into_475_and_one_cent_more_does_not(payer: Payer) -> None:
    intent = payer.charge(47500)
    refund(payer, intent, 10000)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        refund(payer, intent, 37501)
    assert caught.value.code == "amount_too_large"
    refund(payer, intent, 37500)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        refund(payer, intent, 1)
    assert caught.value.code == "charge_already_refunded"
    assert charge_of(payer, intent).amount_refunded == 47500


def test_without_an_amount_what_is_left_is_given_back(payer: Payer) -> None:
    intent = payer.charge(1000)
    refund(payer, intent, 400)
    assert payer.client.v1.refunds.create({"payment_intent": intent.id}).amount == 600


def test_parallel_refunds_never_exceed_the_charge(payer: Payer) -> None:
    intent = payer.charge(1000)

    def attempt(_: int) -> int:
        try:
            return refund(payer, intent, 300).amount
        except stripe.InvalidRequestError:
            return 0

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 900


def test_a_refund_that_fails_afterwards_frees_the_charge_again(
    payer: Payer, mailbox: Mailbox
) -> None:
    intent = payer.charge(1000, method=payer.add_card("pm_card_refundFail"))
    given = refund(payer, intent, 1000)
    assert given.status == "succeeded"
    failed = mailbox.wait_for(1, "refund.failed")[0]
    assert failed.data.object["id"] == given.id
    assert charge_of(payer, intent).amount_refunded == 0


def test_a_disputed_charge_cannot_be_refunded(payer: Payer, stripe_sandbox: Stack) -> None:
    intent = payer.charge(1000)
    stripe_sandbox.control("disputes", charge=intent.latest_charge)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        refund(payer, intent, 1000)
    assert caught.value.code == "charge_disputed"
