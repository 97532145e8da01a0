"""Who draws the card fields: we in the sandbox, Stripe's script where the gateway is Stripe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.companies.models import Company
from billing.payments.actions.charging import charge_card
from billing.payments.models import Payment
from billing.payments.queries import default_method
from config.sandbox.testing import Stack
from tests.acceptance.browser import chromium, visitor
from tests.billing.payments.cards import WANTS_3DS, authenticate, card_token, save_card, usd
from tests.factories import BY, NOW, make_company, new_key
from tests.portal import browser

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stripe_sandbox")]

SCRIPT = "https://js.stripe.com/v3/"
PAGES = ("/portal/profile/payment/", "/portal/pay/")
# The outside world: what Stripe documents of its script, https://docs.stripe.com/js.
FOREIGN_SCRIPT = """
window.Stripe = (key) => ({
  elements: () => ({
    create: (kind, { style }) => {
      const drawn = document.createElement("span");
      const update = ({ style }) => {
        drawn.textContent = `${kind} of ${key} in ${style.base.color}`;
      };
      update({ style });
      return { mount: (place) => place.append(drawn), on: () => {}, update };
    },
  }),
  createPaymentMethod: async ({ type, card, billing_details }) =>
    billing_details?.name === "Nobody"
      ? { error: { message: "Your card number is incomplete." } }
      : { paymentMethod: { id: await window.newToken() } },
  handleNextAction: async ({ clientSecret }) => {
    await window.answerBank(clientSecret);
    return { paymentIntent: {} };
  },
});
"""


@pytest.fixture
def company() -> Company:
    return make_company()


@pytest.fixture
def client(company: Company) -> Client:
    return browser(company)


@pytest.fixture
def stripes_own(settings: LazySettings) -> None:
    """As in production; only our server still asks the sandbox's gateway, for there is no other."""
    settings.SANDBOX = False
    settings.STRIPE_BROWSER_BASE = "https://api.stripe.com"
    settings.STRIPE_PUBLISHABLE_KEY = "pk_live_1"


def directives(client: Client, address: str) -> dict[str, str]:
    header = client.get(address).headers["Content-Security-Policy"]
    pairs = (part.strip().partition(" ") for part in header.split(";"))
    return {name: sources for name, _, sources in pairs}


def waiting_payment(company: Company) -> Payment:
    """A payment that its customer has to confirm at the bank."""
    card = save_card(company, card_token(WANTS_3DS))
    payment = charge_card(
        company,
        amount=usd("50"),
        purpose=Payment.Purpose.TOP_UP,
        card=card,
        key=new_key(),
        by=BY,
        at=NOW,
    )
    assert payment.status == Payment.Status.REQUIRES_ACTION
    return payment


@pytest.mark.usefixtures("stripes_own")
@pytest.mark.parametrize("address", PAGES)
def test_stripes_script_draws_the_card_where_the_gateway_is_stripe(
    client: Client, address: str
) -> None:
    page = client.get(address).text
    assert f'<script defer src="{SCRIPT}"></script>' in page
    assert "data-stripe-card" in page
    assert 'data-publishable-key="pk_live_1"' in page
    assert 'data-card="number"' not in page, "no raw card is typed into a page of ours"
    policy = directives(client, address)
    assert policy["script-src"] == "'self' https://js.stripe.com"
    assert policy["frame-src"] == "https://js.stripe.com https://hooks.stripe.com"
    assert policy["connect-src"] == "'self' https://api.stripe.com"


@pytest.mark.usefixtures("stripes_own")
def test_3d_secure_is_answered_in_the_page_where_the_gateway_is_stripe(
    client: Client, company: Company
) -> None:
    payment = waiting_payment(company)
    address = f"/portal/payments/{payment.pk}/"
    page = client.get(address).text
    assert f'<script defer src="{SCRIPT}"></script>' in page
    assert f'data-client-secret="{payment.client_secret}"' in page
    assert directives(client, address)["script-src"] == "'self' https://js.stripe.com"


@pytest.mark.usefixtures("stripes_own")
@pytest.mark.parametrize("address", ["/portal/", "/portal/payments/", "/accounts/login/"])
def test_no_other_page_admits_stripe(client: Client, address: str) -> None:
    answer = client.get(address)
    assert "js.stripe.com" not in answer.headers["Content-Security-Policy"]
    assert "connect-src 'self';" in answer.headers["Content-Security-Policy"] + ";"
    assert "js.stripe.com" not in answer.text


@pytest.mark.parametrize("address", PAGES)
def test_the_sandbox_loads_nothing_foreign(
    client: Client, address: str, stripe_sandbox: Stack, settings: LazySettings
) -> None:
    base = stripe_sandbox.settings["STRIPE_BROWSER_BASE"]
    page = client.get(address).text
    assert "stripe.com" not in page
    assert "data-card-form" in page
    policy = directives(client, address)
    assert (policy["script-src"], policy["connect-src"]) == ("'self'", f"'self' {base}")
    assert "frame-src" not in policy
    settings.STRIPE_BROWSER_BASE = "https://api.stripe.com"
    assert "js.stripe.com" not in client.get(address).text, "not even with Stripe's address"


class Outside:
    """Chromium with a page on which Stripe's script is the one above; `hosts` is whom it asked."""

    def __init__(self, page: Page, *, token: str) -> None:
        self.page, self.hosts = page, set[str]()
        page.expose_function("newToken", lambda: token)
        page.expose_function("answerBank", lambda secret: authenticate(secret, success=True))
        page.route("https://**", self._answer)
        page.on("request", lambda request: self.hosts.add(str(urlsplit(request.url).hostname)))

    def _answer(self, route: Route) -> None:
        assert route.request.url == SCRIPT
        route.fulfill(content_type="text/javascript", body=FOREIGN_SCRIPT)


@pytest.fixture
def outside(
    live_server: LiveServer, company: Company, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Outside]:
    """Somebody signed in whose card wants 3-D Secure; the browser may complain of nothing."""
    # Playwright's loop runs in this thread; the queries of the test do not wait for it.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    session, token = browser(company).cookies["sessionid"].value, card_token(WANTS_3DS)
    with chromium() as started:
        somebody = visitor(started, live_server.url)
        somebody.context.add_cookies(
            [{"name": "sessionid", "value": session, "url": live_server.url}]
        )
        yield Outside(somebody.page, token=token)
        assert somebody.complaints == []
        somebody.context.close()
        # While that loop runs, the thread has a connection of its own, which nobody else closes.
        connection.close()


@pytest.mark.browser
@pytest.mark.usefixtures("stripes_own")
def test_a_card_of_stripes_field_is_saved(outside: Outside, company: Company) -> None:
    page = outside.page
    page.goto("/portal/profile/payment/")
    field = page.get_by_role("group", name="Card")
    expect(field).to_have_text(re.compile(r"card of pk_live_1 in rgb\(\d\d, \d\d, \d\d\)"))
    page.emulate_media(color_scheme="dark")
    expect(field).to_have_text(re.compile(r"rgb\(\d{3}, \d{3}, \d{3}\)"))
    page.get_by_label("Name on the card").fill("Nobody")
    page.get_by_role("button", name="Save card").click()
    expect(page.get_by_text("Your card number is incomplete.")).to_be_visible()
    page.get_by_label("Name on the card").fill("Ada")
    page.get_by_role("button", name="Save card").click()
    expect(page.get_by_text("The card is saved.")).to_be_visible()
    assert str(default_method(company)) == "Visa •3155"
    assert outside.hosts == {"localhost", "js.stripe.com"}


@pytest.mark.browser
@pytest.mark.usefixtures("stripes_own")
def test_a_payment_is_confirmed_in_the_page_and_looked_up_again(
    outside: Outside, company: Company
) -> None:
    page = outside.page
    page.goto("/portal/pay/")
    page.locator("#id_amount").fill("50")
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_text("The money is on your balance.")).to_be_visible()
    payment = Payment.objects.get(company=company)
    assert (payment.status, payment.amount) == (Payment.Status.COMPLETED, usd("50"))
    assert outside.hosts == {"localhost", "js.stripe.com"}
