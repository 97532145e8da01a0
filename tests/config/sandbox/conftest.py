"""A Stripe client, a customer with a card, and somebody who receives webhooks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe

from config.sandbox.testing import Stack

SECRET = "whsec_of_the_test"


@pytest.fixture
def client(stripe_sandbox: Stack) -> stripe.StripeClient:
    return stripe.StripeClient(
        stripe_sandbox.settings["STRIPE_API_KEY"],
        base_addresses={"api": stripe_sandbox.base},
        max_network_retries=0,
    )


@dataclass(frozen=True)
class Payer:
    """A customer with one card; `charge` takes minor units of USD."""

    client: stripe.StripeClient
    customer: str
    method: str

    def charge(
        self, amount: int, *, key: str = "", attempt: str = "", method: str = ""
    ) -> stripe.PaymentIntent:
        return self.client.v1.payment_intents.create(
            {
                "amount": amount,
                "currency": "usd",
                "customer": self.customer,
                "payment_method": method or self.method,
                "confirm": True,
                "off_session": True,
                "metadata": {"attempt": attempt},
            },
            {"idempotency_key": key} if key else {},
        )

    def add_card(self, token: str) -> str:
        params: stripe.params.PaymentMethodAttachParams = {"customer": self.customer}
        return self.client.v1.payment_methods.attach(token, params).id


@pytest.fixture
def payer(client: stripe.StripeClient) -> Payer:
    customer = client.v1.customers.create({"name": "Ada"})
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    return Payer(client, customer.id, method.id)


@dataclass
class Mailbox:
    """The events that arrived with a good signature, and how many with a bad one."""

    url: str = ""
    events: list[stripe.Event] = field(default_factory=list)
    forged: int = 0
    refuse: int = 0

    def wait_for(self, count: int, *kinds: str) -> list[stripe.Event]:
        """The events of these types, once there are so many; fails after 8 seconds."""
        deadline = time.monotonic() + 8
        while time.monotonic() < deadline:
            found = [event for event in self.events if not kinds or event.type in kinds]
            if len(found) >= count:
                return found
            time.sleep(0.02)
        raise AssertionError(f"only {[event.type for event in self.events]} arrived")


@pytest.fixture
def mailbox(stripe_sandbox: Stack) -> Iterator[Mailbox]:
    box = Mailbox()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _receiver(box))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    box.url = f"http://127.0.0.1:{server.server_port}/"
    stripe_sandbox.control("endpoint", url=box.url, secret=SECRET)
    yield box
    server.shutdown()


def _receiver(box: Mailbox) -> type[BaseHTTPRequestHandler]:
    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(self.judge(body))
            self.end_headers()

        def judge(self, body: bytes) -> int:
            signature = self.headers["Stripe-Signature"]
            try:
                event = stripe.Webhook.construct_event(body, signature, SECRET)
            except stripe.SignatureVerificationError:
                box.forged += 1
                return 400
            if box.refuse:
                box.refuse -= 1
                return 503
            box.events.append(event)
            return 200

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            return

    return Receiver


@pytest.fixture
def order(stripe_sandbox: Stack) -> Callable[..., object]:
    """`order("timeout_after_charge", count=1)`: the next requests or events go wrong."""

    def place(fault: str, **options: object) -> object:
        return stripe_sandbox.control("", fault=fault, **options)

    return place
