"""Features that staff flip in the admin while a customer has a page open: it obeys when it is
loaded again, and when the feature is flipped back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.acceptance import customer
from tests.acceptance.browser import Visitor

ON, OFF = "On", "Off"
CONFIRMATION = re.compile(r"/accounts/confirm-email/[^\s/]+/")
NEWCOMER, PASSWORD = "ada@borealis.example", "correct-horse-42"


@dataclass(frozen=True)
class Flip:
    """`page` says `now`; with the feature at `value` it says `then`, and then `now` again."""

    key: str
    value: str
    back: str
    page: str
    now: str
    then: str


@dataclass(frozen=True)
class Pages:
    """While the feature is on, the page `menu` leads to these and they open; off, neither."""

    key: str
    menu: str
    addresses: tuple[str, ...]


OF_A_CUSTOMER = (
    Flip(
        "minimum_prepaid_recharge",
        "30",
        "10",
        "/portal/pay/",
        "A payment is at least $10.00.",
        "A payment is at least $30.00.",
    ),
    Flip(
        "maximum_prepaid_recharge",
        "400",
        "",
        "/portal/profile/payment/",
        "A payment is at least $10.00.",
        "A payment is between $10.00 and $400.00.",
    ),
    Flip(
        "portal_payment",
        OFF,
        ON,
        "/portal/profile/payment/",
        "Add a card",
        "Paying by card in the portal is switched off. Bank of Examples",
    ),
    Flip("portal_payment", OFF, ON, "/portal/", "Pay now", ""),
    Flip("invoice_menu", OFF, ON, "/portal/", "Invoices", ""),
    Flip("invoice_menu", OFF, ON, "/portal/invoices/", "INV-", "There is nothing here"),
)
OF_A_TENANT = (
    Flip(
        "default_ip_charge",
        OFF,
        ON,
        "/portal/estimates/",
        "A default public address is charged per hour.",
        "Default public addresses are free.",
    ),
    Flip("free_for_one_ip", ON, OFF, "/portal/addresses/", "Paid", "Free"),
    Flip("secondary_ip_billing", OFF, ON, "/portal/addresses/", "Paid", "Free"),
)
OF_A_NEWCOMER = (
    Flip("organization_billing_plan", "prepaid", "inherit", "/portal/activation/", "Postpaid", ""),
    Flip("billing_plan", "prepaid", "flexible", "/portal/activation/", "Flexible", ""),
    Flip("billing_contract_type", ON, OFF, "/portal/activation/", "", "Fixed payment"),
    Flip("signup_payment", ON, OFF, "/portal/activation/", "No payment is needed", "$1.00"),
)
OF_A_DEBTOR = Flip("suspended_account_billing", OFF, ON, "/portal/", "is suspended", "")
OF_STAFF = Flip(
    "promo_code_prefix", "SUMMER20", "", "/admin/billing/promocode/add/", "no prefix", "SUMMER20-"
)
CURRENCIES = "/portal/settings/currencies/"
PAGES_OF_A_CUSTOMER = Pages("multi_currency", "/portal/", (CURRENCIES,))
PAGES_OF_STAFF = (
    Pages(
        "multi_currency", "/admin/", ("/admin/billing/currency/", "/admin/billing/exchangerate/")
    ),
    Pages(
        "whmcs_billing",
        "/admin/",
        (
            "/admin/configuration/integrations/",
            "/admin/billing/syncwork/",
            "/admin/billing/incomingpayment/",
        ),
    ),
)


def watch(staff: Visitor, watcher: Visitor, flip: Flip, *, job: str = "") -> None:
    """Both positions, on a page that stays open; `job` is what acts on a flip."""
    page = watcher.page
    page.goto(flip.page)
    _says(page, flip.now, unlike=flip.then)
    with flipped(staff, flip.key, flip.value, back=flip.back):
        if job:
            run_job(staff, job)
        page.reload()
        _says(page, flip.then, unlike=flip.now)
    if job:
        run_job(staff, job)
    page.reload()
    _says(page, flip.now, unlike=flip.then)


def watch_pages(staff: Visitor, watcher: Visitor, pages: Pages) -> None:
    """Off as delivered, on, and off again."""
    _leads(watcher.page, pages, is_on=False)
    with flipped(staff, pages.key, ON, back=OFF):
        _leads(watcher.page, pages, is_on=True)
    _leads(watcher.page, pages, is_on=False)


def _leads(page: Page, pages: Pages, *, is_on: bool) -> None:
    page.goto(pages.menu)
    for address in pages.addresses:
        links = page.locator(f'a[href="{address}"]').count()
        assert (links > 0) is is_on, f"{links} links to {address}"
    for address in pages.addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200 if is_on else answer.status in (403, 404), address


def company_page(staff: Visitor, name: str) -> str:
    """The address of the company's page in the admin."""
    staff.page.goto(f"/admin/accounts/company/?q={name}")
    link = staff.page.locator("#result_list").get_by_role("link", name=name).first
    return link.get_attribute("href") or ""


def is_meant(complaint: str) -> bool:
    """The browser's word for a page that a feature has taken away."""
    return "status of 403" in complaint or "status of 404" in complaint


def _says(page: Page, words: str, *, unlike: str) -> None:
    said = " ".join(page.locator("body").inner_text().split())
    assert words in said, f"{page.url} does not say {words!r}: {said[:600]}"
    is_part = bool(words) and words in unlike
    if unlike and unlike not in words and not is_part:
        is_mixed = {words, unlike} == {"Paid", "Free"}
        assert is_mixed or unlike not in said, f"{page.url} says {unlike!r}: {said[:600]}"


@contextmanager
def flipped(staff: Visitor, key: str, value: str, *, back: str) -> Iterator[None]:
    """The feature has this value meanwhile."""
    set_feature(staff, key, value)
    try:
        yield
    finally:
        set_feature(staff, key, back)


def set_feature(staff: Visitor, key: str, value: str) -> None:
    """On the feature's own page, from now on, with a reason."""
    page = staff.page
    page.goto(f"/admin/configuration/features/{key}/")
    field = page.locator("[name=value]")
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(label=value)
    else:
        field.fill(value)
    page.get_by_label("Reason").fill("To see what it does")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(f"#{key}")).to_be_visible()


def run_job(staff: Visitor, title: str) -> None:
    staff.page.goto("/admin/operations/jobs/")
    staff.page.get_by_role("button", name=f"Run now {title}").click()
    expect(staff.page.get_by_text(f"{title}:")).to_be_visible()


def overdrawn_balance(staff: Visitor, watcher: Visitor) -> tuple[str, str]:
    """The balance in the header, with the feature off and on."""
    page = watcher.page
    page.goto("/portal/")
    hidden = page.get_by_role("banner").inner_text()
    with flipped(staff, "prepaid_negative_balance_display", ON, back=OFF):
        page.reload()
        shown = page.get_by_role("banner").inner_text()
    return hidden, shown


def deposit_promises(staff: Visitor, watcher: Visitor) -> tuple[str, str]:
    """What the page for signing up says of the deposit, with its refund off and on."""
    page = watcher.page
    with flipped(staff, "signup_payment", ON, back=OFF):
        page.goto("/signup/")
        kept = page.get_by_role("main").inner_text()
        with flipped(staff, "account_verification_refund", ON, back=OFF):
            page.reload()
            back = page.get_by_role("main").inner_text()
    return kept, back


def cost_decimals(staff: Visitor, watcher: Visitor) -> tuple[str, str]:
    """The cost to date as it is shown, and with four decimals."""
    page = watcher.page
    page.goto("/portal/")
    short = _cost(page)
    with flipped(staff, "cost_decimal_points", "4", back="2"):
        page.reload()
        long = _cost(page)
    return short, long


def amounts_also(staff: Visitor, watcher: Visitor) -> tuple[str, str]:
    """The balance of a customer who likes to see euros, with several currencies on and off."""
    page = watcher.page
    with flipped(staff, "multi_currency", ON, back=OFF):
        _offer_euros(staff.page, units="0.92")
        _like(page, "EUR")
        shown = _main(page, "/portal/balance/")
    hidden = _main(page, "/portal/balance/")
    with flipped(staff, "multi_currency", ON, back=OFF):
        _like(page, "")
    return shown, hidden


def _offer_euros(page: Page, *, units: str) -> None:
    page.goto("/admin/billing/currency/add/")
    page.locator("[name=code]").select_option("EUR")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto("/admin/billing/exchangerate/add/")
    page.locator("[name=currency]").select_option("EUR")
    page.locator("[name=units_per_base]").fill(units)
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_text(f"1 USD is {units} EUR.")).to_be_visible()


def _like(page: Page, currency: str) -> None:
    page.goto(CURRENCIES)
    page.get_by_label("Display currency").select_option(currency)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Your currencies are saved.")).to_be_visible()


def _main(page: Page, address: str) -> str:
    page.goto(address)
    return page.get_by_role("main").inner_text()


def hourly_costs(staff: Visitor, watcher: Visitor) -> tuple[bool, bool]:
    """Whether an hour brings the cost to date up to date, with the feature on and off."""
    with flipped(staff, "prepaid_hourly_billing", ON, back=OFF):
        customer.let_time_pass(watcher, "An hour")
        hourly = _moves(watcher)
    return hourly, _moves(watcher)


def _moves(watcher: Visitor) -> bool:
    watcher.page.goto("/portal/")
    before = _as_of(watcher.page)
    customer.let_time_pass(watcher, "An hour")
    watcher.page.goto("/portal/")
    return _as_of(watcher.page) != before


def _card(page: Page) -> str:
    card = page.locator(".tg-card").filter(has_text="Cost this billing period").last
    return card.inner_text()


def _cost(page: Page) -> str:
    found = re.search(r"\$[\d,]+\.\d+", _card(page))
    assert found is not None
    return found[0]


def _as_of(page: Page) -> str:
    return _card(page).split("as of", 1)[1].strip()


def sign_up(newcomer: Visitor, *, staff: Visitor) -> None:
    """To the page on which the terms are confirmed; staff read the mail with the link."""
    page = newcomer.page
    page.goto("/signup/")
    page.get_by_label("Name of the organization").fill("Borealis Freight")
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Last name").fill("Lind")
    page.get_by_label("E-mail address").fill(NEWCOMER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Country").select_option(label="Norway")
    page.get_by_role("button", name="Sign up", exact=True).click()
    staff.page.goto("/sandbox/")
    staff.page.get_by_role("link", name="Confirm your e-mail address").first.click()
    link = CONFIRMATION.search(staff.page.get_by_role("main").inner_text())
    assert link is not None
    page.goto(link[0])
    page.get_by_role("button", name=re.compile("Confirm")).click()
    page.wait_for_load_state()
    if "/login/" in page.url:
        newcomer.sign_in(NEWCOMER, PASSWORD)
    page.goto("/portal/activation/")
    expect(page.get_by_role("button", name="Confirm and activate")).to_be_visible()
