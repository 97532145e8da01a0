"""Keys behave as Stripe documents: one charge for one key, whatever happens to the answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
import stripe

from tests.config.sandbox.conftest import Payer

Order = Callable[..., object]


def charges_of(payer: Payer, attempt: str) -> list[stripe.PaymentIntent]:
    query = f"metadata['attempt']:'{attempt}' AND customer:'{payer.customer}'"
    return payer.client.v1.payment_intents.search({"query": query}).data


def test_same_key_and_parameters_replay_the_first_answer(payer: Payer) -> None:
    key = str(uuid4())
    first, second = payer.charge(47500, key=key), payer.charge(47500, key=key)
    assert first.id == second.id
    assert second.last_response is not None
    assert second.last_response.headers["Idempotent-Replayed"] == "true"


def test_same_key_with_another_amount_is_an_error_and_charges_nothing(payer: Payer) -> None:
    key = str(uuid4())
    payer.charge(47500, key=key, attempt="7")
    with pytest.raises(stripe.IdempotencyError) as caught:
        payer.charge(47501, key=key, attempt="7")
    assert caught.value.http_status == 400
    assert [intent.amount for intent in charges_of(payer, "7")] == [47500]


def test_a_decline_is_replayed_as_the_same_decline(payer: Payer) -> None:
    key, bad = str(uuid4()), payer.add_card("pm_card_chargeCustomerFail")
    for _ in range(2):
        with pytest.raises(stripe.CardError) as caught:
            payer.charge(100, key=key, method=bad, attempt="declined")
        assert caught.value.code == "card_declined"
    assert len(charges_of(payer, "declined")) == 1


def test_eight_parallel_calls_with_one_key_charge_once(payer: Payer) -> None:
    key = str(uuid4())

    def call(_: int) -> str:
        try:
            return payer.charge(100, key=key, attempt="parallel").id
        except stripe.StripeError as error:
            return str(error.http_status)

    with ThreadPoolExecutor(8) as pool:
        results = set(pool.map(call, range(8)))
    assert len(charges_of(payer, "parallel")) == 1
    assert len(results - {"409"}) == 1


@pytest.mark.parametrize("fault", ["timeout_before", "500_before"])
def test_before_the_charge_nothing_happened_and_the_key_is_free(
    payer: Payer, order: Order, fault: str
) -> None:
    key = str(uuid4())
    order(fault, seconds=0)
    with pytest.raises((stripe.APIConnectionError, stripe.APIError)):
        payer.charge(100, key=key, attempt=fault)
    assert charges_of(payer, fault) == []
    assert payer.charge(100, key=key, attempt=fault).status == "succeeded"


def test_a_timeout_after_the_charge_is_found_again_by_its_key(payer: Payer, order: Order) -> None:
    key = str(uuid4())
    order("timeout_after_charge", seconds=0)
    with pytest.raises(stripe.APIConnectionError):
        payer.charge(100, key=key, attempt="late")
    again = payer.charge(100, key=key, attempt="late")
    assert [intent.id for intent in charges_of(payer, "late")] == [again.id]


def test_a_500_after_the_charge_is_replayed_and_found_by_metadata(
    payer: Payer, order: Order
) -> None:
    key = str(uuid4())
    order("500_after_charge")
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            payer.charge(100, key=key, attempt="lost")
    assert [intent.status for intent in charges_of(payer, "lost")] == ["succeeded"]


def test_a_refused_request_does_not_use_up_its_key(payer: Payer) -> None:
    key = str(uuid4())
    with pytest.raises(stripe.InvalidRequestError):
        payer.charge(-1, key=key)
    assert payer.charge(100, key=key).status == "succeeded"
