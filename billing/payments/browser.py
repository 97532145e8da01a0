"""How the customer's browser hands a card to the gateway, and what the page must allow for it.

Stripe takes card numbers from browsers only through its own script, so where the address is
Stripe's the pages load that script and no other page does. The sandbox's gateway takes them from
our own fields: nothing foreign is loaded there, whatever the address says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from stripe import DEFAULT_API_BASE

from accounts.access.principals import PortalRequest

SCRIPT = "https://js.stripe.com/v3/"
# https://docs.stripe.com/security/guide#content-security-policy
STRIPES_POLICY = {
    "script-src": ["https://js.stripe.com"],
    "frame-src": ["https://js.stripe.com", "https://hooks.stripe.com"],
    "connect-src": [DEFAULT_API_BASE],
}

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[PortalRequest, Arguments], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class BrowserGateway:
    """Where the customer's browser sends the card, and as whom.

    `script` is the gateway's own card fields; empty where ours do.
    """

    base: str
    key: str
    script: str


def browser_gateway() -> BrowserGateway:
    is_stripe = settings.STRIPE_BROWSER_BASE == DEFAULT_API_BASE and not settings.SANDBOX
    return BrowserGateway(
        base=settings.STRIPE_BROWSER_BASE,
        key=settings.STRIPE_PUBLISHABLE_KEY,
        script=SCRIPT if is_stripe else "",
    )


def talks_to_gateway(view: View[Arguments]) -> View[Arguments]:
    """Widens the content security policy of this page to the gateway, and no further."""

    @wraps(view)
    def widened(
        request: PortalRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponseBase:
        def page(_request: HttpRequest) -> HttpResponseBase:
            return view(request, *args, **kwargs)

        return csp_update(_policy())(page)(request)

    return widened


def _policy() -> dict[str, list[str]]:
    gateway = browser_gateway()
    return STRIPES_POLICY if gateway.script else {"connect-src": [gateway.base]}
