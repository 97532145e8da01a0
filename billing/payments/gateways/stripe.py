"""Stripe, through its own client. In the sandbox only address and keys differ.

Retries of the client repeat a request with the same key, so that Stripe answers as the first
time. What stays unanswered is found again by our id in the metadata.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from uuid import UUID

import stripe
from stripe.params import PaymentIntentCreateParams

from billing.payments.exceptions import CardDeclined, GatewayRefused, GatewayUnavailable
from billing.payments.gateways import minor_units, stripe_objects, stripe_webhooks
from billing.payments.gateways.base import (
    Card,
    ChargeOrder,
    Fact,
    GatewayPayment,
    GatewayRefund,
    Notice,
    Outcome,
    RefundOrder,
)

RETRIES = 1
# Of one try's time; the rest is for the answer.
SHARE_TO_CONNECT = 0.25
# The most that somebody waits for in one request: customer, card and charge of a new card.
CALLS_PER_REQUEST = 3
PAGE = 100
# A payment is looked for from a little before it was asked for: two clocks never agree.
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class StripeGateway:
    """One Stripe account. `timeout_seconds` bounds each try of a request."""

    api_key: str
    webhook_secret: str
    api_base: str
    timeout_seconds: float

    name = "stripe"
    key_memory = timedelta(hours=24)

    @property
    def client(self) -> stripe.StripeClient:
        return _client(self.api_key, self.api_base, self.timeout_seconds)

    def smallest_step(self, currency: str) -> Decimal:
        return minor_units.smallest_step(currency)

    def largest_charge(self, currency: str) -> Decimal:
        return minor_units.largest(currency)

    def create_customer(self, *, company_id: UUID, name: str, email: str, key: str) -> str:
        with _answered():
            return self.client.v1.customers.create(
                {"name": name, "email": email, "metadata": {"company": str(company_id)}},
                {"idempotency_key": key},
            ).id

    def card(self, token: str) -> Card:
        with _answered():
            method = self.client.v1.payment_methods.retrieve(token)
        return stripe_objects.card_of(method.to_dict())

    def attach_card(self, token: str, *, customer: str, key: str) -> Card:
        with _answered():
            method = self.client.v1.payment_methods.attach(
                token, {"customer": customer}, {"idempotency_key": key}
            )
        return stripe_objects.card_of(method.to_dict())

    def detach_card(self, reference: str) -> None:
        with _answered():
            self.client.v1.payment_methods.detach(reference)

    def charge(self, order: ChargeOrder, *, key: str) -> GatewayPayment:
        params = _charge_params(order)
        with _answered():
            try:
                intent = self.client.v1.payment_intents.create(params, {"idempotency_key": key})
            except stripe.CardError as error:
                return _declined(error)
        return stripe_objects.payment_of(intent.to_dict())

    def confirm(self, reference: str, *, method: str, return_url: str) -> GatewayPayment:
        with _answered():
            try:
                intent = self.client.v1.payment_intents.confirm(
                    reference, {"payment_method": method, "return_url": return_url}
                )
            except stripe.CardError as error:
                return _declined(error)
        return stripe_objects.payment_of(intent.to_dict())

    def cancel(self, reference: str) -> GatewayPayment:
        with _answered():
            try:
                intent = self.client.v1.payment_intents.cancel(reference)
            except stripe.InvalidRequestError:
                # It has ended one way or the other before we came.
                intent = self.client.v1.payment_intents.retrieve(reference)
        return stripe_objects.payment_of(intent.to_dict())

    def payment(self, reference: str) -> GatewayPayment:
        with _answered():
            intent = self.client.v1.payment_intents.retrieve(reference)
        return stripe_objects.payment_of(intent.to_dict())

    def find_payment(
        self, payment_id: UUID, *, customer: str, since: datetime
    ) -> GatewayPayment | None:
        created = int((since - CLOCK_SKEW).timestamp())
        with _answered():
            intents = self.client.v1.payment_intents.list(
                {"customer": customer, "created": {"gte": created}, "limit": PAGE}
            )
            for intent in intents.auto_paging_iter():
                found = stripe_objects.payment_of(intent.to_dict())
                if found.payment_id == payment_id:
                    return found
        return None

    def refund(self, order: RefundOrder, *, key: str) -> GatewayRefund:
        units = _units(order.amount, order.currency)
        with _answered():
            refund = self.client.v1.refunds.create(
                {
                    "payment_intent": order.payment_reference,
                    "amount": units,
                    "metadata": {stripe_objects.REFUND: str(order.refund_id)},
                },
                {"idempotency_key": key},
            )
        return stripe_objects.refund_of(refund.to_dict())

    def find_refund(self, refund_id: UUID, *, payment_reference: str) -> GatewayRefund | None:
        with _answered():
            refunds = self.client.v1.refunds.list(
                {"payment_intent": payment_reference, "limit": PAGE}
            )
            for refund in refunds.auto_paging_iter():
                found = stripe_objects.refund_of(refund.to_dict())
                if found.refund_id == refund_id:
                    return found
        return None

    def read_webhook(self, body: bytes, *, signature: str) -> Notice:
        return stripe_webhooks.read(body, signature=signature, secret=self.webhook_secret)

    def fact(self, notice: Notice) -> Fact | None:
        return stripe_webhooks.fact(notice)


def longest_wait(timeout_seconds: float) -> float:
    """Seconds that one request of somebody may wait for the gateway, with all repetitions."""
    call = (1 + RETRIES) * timeout_seconds + RETRIES * stripe.HTTPClient.INITIAL_DELAY
    return CALLS_PER_REQUEST * call


@cache
def _client(api_key: str, api_base: str, timeout_seconds: float) -> stripe.StripeClient:
    to_connect = SHARE_TO_CONNECT * timeout_seconds
    return stripe.StripeClient(
        api_key,
        base_addresses={"api": api_base},
        http_client=stripe.RequestsClient(timeout=(to_connect, timeout_seconds - to_connect)),
        max_network_retries=RETRIES,
    )


def _charge_params(order: ChargeOrder) -> PaymentIntentCreateParams:
    params: PaymentIntentCreateParams = {
        "amount": _units(order.amount, order.currency),
        "currency": order.currency.lower(),
        "customer": order.customer,
        "payment_method": order.method,
        "allowed_payment_method_types": ["card"],
        "description": order.description,
        "metadata": {stripe_objects.PAYMENT: str(order.payment_id)},
        "confirm": True,
    }
    if order.is_off_session:
        params["off_session"] = True
    else:
        params["return_url"] = order.return_url
    return params


def _units(amount: Decimal, currency: str) -> int:
    try:
        return minor_units.to_units(amount, currency)
    except ValueError as error:
        raise GatewayRefused("invalid_amount", str(error), param="amount") from error


def _declined(error: stripe.CardError) -> GatewayPayment:
    """The payment that a decline left behind. Raises GatewayRefused when there is none."""
    intent = error.error.payment_intent if error.error else None
    if intent is None:
        raise _refusal(error)
    found = stripe_objects.payment_of(intent.to_dict())
    if found.outcome is not Outcome.FAILED:
        raise GatewayUnavailable(f"A decline that left the payment {found.outcome}")
    return found


@contextmanager
def _answered() -> Iterator[None]:
    """Stripe's errors in our words."""
    try:
        yield
    except stripe.CardError as error:
        code = stripe_objects.reason(error.error.to_dict() if error.error else {})
        raise CardDeclined(
            error.user_message or "The card was declined.", decline_code=code
        ) from error
    except stripe.InvalidRequestError as error:
        raise _refusal(error) from error
    except stripe.StripeError as error:
        raise GatewayUnavailable(str(error)) from error


def _refusal(error: stripe.CardError | stripe.InvalidRequestError) -> GatewayRefused:
    message = error.user_message or "The gateway refused the request."
    return GatewayRefused(error.code or "invalid_request", message, param=error.param or "")
