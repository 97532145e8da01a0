"""What a customer does in the portal, click by click."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO

from playwright.sync_api import Locator, expect
from pypdf import PdfReader

from tests.acceptance.browser import (
    LOOK_AGAIN_MILLISECONDS,
    PATIENCE_MILLISECONDS,
    Visitor,
    amount_in,
)

LOOKS_AT_SIMS = 40
GOOD_THROUGH, CVC = "12 / 34", "123"


@dataclass(frozen=True)
class Facts:
    """What the customer saw happen, for others to find again."""

    company: str
    recharged: Decimal
    receipt: str
    invoice: str
    invoice_total: Decimal


def balance_of(customer: Visitor) -> Decimal:
    """The available balance in the frame of every page."""
    return amount_in(customer.page.locator(".tg-bar-balance strong").inner_text())


def enter_card(customer: Visitor, number: str) -> None:
    page = customer.page
    page.get_by_role("textbox", name="Card number").fill(number)
    page.get_by_role("textbox", name="Expires").fill(GOOD_THROUGH)
    page.get_by_role("textbox", name="CVC").fill(CVC)


def add_card(customer: Visitor, number: str) -> None:
    """Save a card and have it charged from now on."""
    page = customer.page
    customer.open("Payment methods")
    enter_card(customer, number)
    page.get_by_label("Charge this card from now on").check()
    page.get_by_role("button", name="Save card").click()
    expect(page.get_by_text("The card is saved.")).to_be_visible()
    card = page.get_by_role("listitem").filter(has_text=f"•{number[-4:]}")
    expect(card).to_contain_text("Default")


def open_pay_now(customer: Visitor) -> None:
    customer.open("Dashboard")
    customer.page.get_by_role("main").get_by_role("link", name="Pay now").first.click()


def pay_with_default_card(customer: Visitor, *, suggested: str) -> None:
    """Pay one of the suggested amounts from the card that is chosen already."""
    page = customer.page
    open_pay_now(customer)
    page.get_by_role("radio", name=suggested, exact=True).check()
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_text("The money is on your balance.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(f"{suggested}.00")


def pay_with_new_card(customer: Visitor, *, number: str, amount: str) -> None:
    """Pay once from a card that is not kept."""
    page = customer.page
    open_pay_now(customer)
    page.get_by_role("textbox", name="Amount").fill(amount)
    page.locator("#card-new").check()
    enter_card(customer, number)
    page.get_by_role("button", name="Pay", exact=True).click()


def set_recharge_rule(customer: Visitor, *, threshold: int, recharge_to: int) -> None:
    page = customer.page
    customer.open("Balance")
    page.get_by_label("Recharge automatically").check()
    page.get_by_role("textbox", name="Threshold").fill(str(threshold))
    page.get_by_role("textbox", name="Recharge to").fill(str(recharge_to))
    sentence = page.locator("[data-sentence]")
    expect(sentence).to_contain_text(f"reaches ${threshold:,}.00")
    expect(sentence).to_contain_text(f"so that it is ${recharge_to:,}.00")
    page.get_by_role("button", name="Save rule").click()
    expect(page.get_by_text("The recharge rule is saved.")).to_be_visible()


def let_time_pass(customer: Visitor, step: str) -> None:
    """The sandbox's buttons: an hour, a day, a week, a month."""
    page = customer.page
    customer.open("Let time pass, read mails")
    page.get_by_role("button", name=step).click()
    expect(page.get_by_text("It is now")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    page.get_by_role("link", name="Back to the portal").click()


def open_overdue_invoice(customer: Visitor) -> None:
    customer.page.goto("/portal/invoices/?status=overdue")
    customer.page.get_by_role("row").nth(1).get_by_role("link").first.click()


def pay_overdue_invoices(customer: Visitor) -> None:
    """One after the other, from a card that is not kept."""
    page = customer.page
    page.goto("/portal/invoices/?status=overdue")
    while page.locator("[data-row-link]").count():
        open_overdue_invoice(customer)
        page.get_by_role("link", name="Pay €").click()
        enter_card(customer, "4242424242424242")
        page.get_by_role("button", name="Pay €").click()
        expect(page.get_by_text("The money is on your balance.")).to_be_visible()
        page.goto("/portal/invoices/?status=overdue")


def wait_until_no_sim_is_suspended(customer: Visitor) -> None:
    """The operator confirms each line by itself; the list is looked at again until it has."""
    customer.open("SIMs")
    suspended = customer.page.get_by_role("row").filter(has_text="Suspended")
    for _ in range(LOOKS_AT_SIMS):
        if not suspended.count():
            return
        customer.page.wait_for_timeout(LOOK_AGAIN_MILLISECONDS)
        customer.page.reload()
    expect(suspended).to_have_count(0)


def latest_charge(customer: Visitor) -> str:
    """Where the newest charge is explained."""
    customer.open("Charges")
    return (
        customer.page.get_by_role("row").nth(1).get_by_role("link").first.get_attribute("href")
        or ""
    )


def automatic_recharge(customer: Visitor) -> Locator:
    """The newest automatic recharge in the history."""
    customer.open("Payments")
    customer.page.get_by_role("link", name="Recharges", exact=True).click()
    return customer.page.get_by_role("row").filter(has_text="Auto").first


def recharged_amount(recharge: Locator) -> Decimal:
    """What a row of the history says was charged."""
    return amount_in(recharge.locator(".tg-col-figure").inner_text())


def balance_after(recharge: Locator) -> Decimal:
    """What it left: cards are charged whole cents, rounded up."""
    return amount_in(recharge.get_by_role("cell").last.inner_text())


def receipt_of(customer: Visitor, amount: Decimal) -> str:
    """The number of the receipt voucher of a payment; its PDF says the same."""
    customer.open("Payments")
    payment = customer.page.get_by_role("row").filter(has_text=f"${amount:,.2f}").first
    link = payment.get_by_role("link", name=re.compile("^RV-"))
    number = link.inner_text()
    told = text_of(customer.open_document(link))
    assert number in told
    assert f"{amount:,.2f}" in told
    return number


def read_mail(customer: Visitor, subject: str) -> str:
    """The text of the newest mail with this subject, with the names of its attachments."""
    page = customer.page
    customer.open("Let time pass, read mails")
    page.get_by_role("link", name=subject).first.click()
    text = page.get_by_role("main").inner_text()
    page.get_by_role("link", name="All mails").click()
    page.get_by_role("link", name="Back to the portal").click()
    return text


def open_invoice(customer: Visitor) -> tuple[str, Decimal]:
    """Number and total of the newest invoice; its PDF says the same."""
    page = customer.page
    customer.open("Invoices")
    row = page.get_by_role("row").filter(has_text="INV-").first
    link = row.get_by_role("link", name=re.compile("^INV-"))
    number, total = link.inner_text(), amount_in(row.inner_text())
    link.click()
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    told = text_of(customer.open_document(page.get_by_role("link", name="PDF").first))
    assert number in told
    assert f"{total:,.2f}" in told
    return number, total


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
