"""Cards of the sandbox gateway, saved through the real client."""

from __future__ import annotations

from urllib.parse import urlencode
from urllib.request import Request, urlopen

import stripe
from django.conf import settings
from djmoney.money import Money

from accounts.companies.models import Company
from billing.payments.actions.methods import add_method
from billing.payments.models import PaymentMethod
from tests.factories import BY, NOW, new_key

WORKS = "pm_card_visa"
DECLINES = "pm_card_chargeCustomerFail"
REFUSED_WHEN_ATTACHED = "pm_card_visa_chargeDeclined"
WANTS_3DS = "4000002500003155"


def usd(amount: str) -> Money:
    return Money(amount, "USD")


def save_card(company: Company, token: str = WORKS, *, make_default: bool = True) -> PaymentMethod:
    return add_method(
        company,
        gateway="stripe",
        token=token,
        make_default=make_default,
        key=new_key("card"),
        by=BY,
        at=NOW,
    )


def stripe_client() -> stripe.StripeClient:
    """The gateway as its own dashboard or a customer's browser would talk to it."""
    return stripe.StripeClient(
        settings.STRIPE_API_KEY, base_addresses={"api": settings.STRIPE_API_BASE}
    )


def card_token(number: str) -> str:
    """A token of a card with this number, as the card fields make it."""
    method = stripe_client().v1.payment_methods.create(
        {
            "type": "card",
            "card": {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"},
        }
    )
    return method.id


def authenticate(client_secret: str, *, success: bool) -> None:
    """The customer's answer on the bank's page, as localstripe takes it."""
    intent = client_secret.split("_secret_", maxsplit=1)[0]
    body = urlencode({"client_secret": client_secret, "success": str(success).lower()})
    request = Request(  # noqa: S310 - loopback
        f"{settings.STRIPE_API_BASE}/v1/payment_intents/{intent}/_authenticate",
        data=body.encode(),
        headers={"Authorization": f"Bearer {settings.STRIPE_API_KEY}"},
    )
    with urlopen(request, timeout=30):  # noqa: S310 - loopback
        return
