"""Which path of Stripe's API is answered by what. Everything else goes to localstripe as it is."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from config.sandbox.gateway import (
    charges,
    disputes,
    events,
    intents,
    methods,
    refunds,
    search,
    setups,
)
from config.sandbox.gateway.objects import Answer, Json
from config.sandbox.gateway.service import Gateway

OnMany = Callable[[Gateway, Json], Awaitable[Answer]]
OnOne = Callable[[Gateway, str, Json], Awaitable[Answer]]

MANY: dict[tuple[str, str], OnMany] = {
    ("POST", "/v1/payment_methods"): methods.create_method,
    ("POST", "/v1/payment_intents"): intents.create_intent,
    ("GET", "/v1/payment_intents"): search.list_intents,
    ("GET", "/v1/payment_intents/search"): search.search_intents,
    ("POST", "/v1/setup_intents"): setups.create_setup,
    ("POST", "/v1/refunds"): refunds.create_refund,
    ("GET", "/v1/refunds"): refunds.list_refunds,
    ("GET", "/v1/disputes"): disputes.list_disputes,
    ("GET", "/v1/events"): events.list_events,
}
ONE: dict[tuple[str, str], OnOne] = {
    ("POST", "/v1/payment_methods/{id}/attach"): methods.attach_method,
    ("GET", "/v1/payment_methods/{id}"): methods.retrieve_method,
    ("GET", "/v1/payment_intents/{id}"): intents.retrieve_intent,
    ("POST", "/v1/payment_intents/{id}"): intents.update_intent,
    ("POST", "/v1/payment_intents/{id}/confirm"): intents.confirm_intent,
    ("POST", "/v1/payment_intents/{id}/cancel"): intents.cancel_intent,
    ("POST", "/v1/payment_intents/{id}/_authenticate"): intents.authenticate_intent,
    ("GET", "/v1/setup_intents/{id}"): setups.retrieve_setup,
    ("POST", "/v1/setup_intents/{id}/confirm"): setups.confirm_setup,
    ("POST", "/v1/setup_intents/{id}/cancel"): setups.cancel_setup,
    ("GET", "/v1/charges/{id}"): charges.retrieve_charge,
    ("GET", "/v1/refunds/{id}"): refunds.retrieve_refund,
    ("GET", "/v1/disputes/{id}"): disputes.retrieve_dispute,
    ("POST", "/v1/disputes/{id}/close"): disputes.accept_dispute,
    ("GET", "/v1/events/{id}"): events.retrieve_event,
}
# What the publishable key may do, from the customer's browser.
PUBLISHABLE = re.compile(
    r"POST /v1/(tokens|sources|payment_methods"
    r"|payment_intents/\w+/(_authenticate|confirm)|setup_intents/\w+/(confirm|cancel))"
    r"|GET /v1/(payment_intents|setup_intents)/\w+"
)
# Those of them that must prove with the object's client_secret that it is theirs.
WITH_SECRET = re.compile(r"/v1/(payment_intents|setup_intents)/(?P<id>\w+)(/\w+)?")


async def answer(gateway: Gateway, method: str, path: str, params: Json) -> Answer:
    """Raises StripeError for every answer that is an error."""
    if on_many := MANY.get((method, path)):
        return await on_many(gateway, params)
    parts = path.split("/")
    pattern = "/".join([*parts[:3], "{id}", *parts[4:]])
    if len(parts) > 3 and (on_one := ONE.get((method, pattern))):  # noqa: PLR2004
        return await on_one(gateway, parts[3], params)
    return await gateway.upstream.call(method, path, params)
