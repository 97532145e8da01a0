"""The staff's pages of other systems: what waits and why, and nothing at all while none is on."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.urls import reverse

from accounts.audit.models import AuditRecord
from billing.integrations.models import IncomingPayment, SyncWork
from config import clock
from tests.billing.integrations.conftest import whmcs
from tests.billing.integrations.server import Answer
from tests.billing.integrations.setting import bill, customer, pay, settle, switch_on
from tests.billing.integrations.whmcs_server import WhmcsServer
from tests.config.staff.people import staff_client_of

__all__ = ["whmcs"]

pytestmark = pytest.mark.django_db
PAGE = "/admin/configuration/integrations/"


@pytest.mark.verifies("whmcs_billing", "off")
def test_off_there_is_no_page_no_menu_entry_and_no_field(whmcs: WhmcsServer) -> None:
    client, company = staff_client_of("administrator"), customer()
    assert client.get(PAGE).status_code == 404
    for model in ("syncwork", "incomingpayment"):
        assert client.get(reverse(f"admin:billing_{model}_changelist")).status_code == 403
    assert PAGE not in client.get(reverse("admin:index")).content.decode()
    page = client.get(reverse("admin:accounts_company_change", args=[company.pk]))
    assert "WHMCS" not in page.content.decode()


@pytest.mark.verifies("whmcs_billing", "on")
def test_on_the_pages_say_what_is_known_there_and_what_waits(whmcs: WhmcsServer) -> None:
    switch_on()
    company = customer()
    settle(at=clock.now())
    refused = Answer({"result": "error", "message": "Item amount is odd"})
    whmcs.fail("CreateInvoice", "refuse", times=9, answer=refused)
    invoice = bill(company)
    settle(at=clock.now())
    client = staff_client_of("billing")
    page = client.get(PAGE).content.decode()
    assert "Answers" in page
    assert f"Invoice {invoice.number}" in page
    own = client.get(reverse("admin:accounts_company_change", args=[company.pk])).content.decode()
    assert "<dt>Client id</dt><dd><code>1</code></dd>" in own
    work = SyncWork.objects.get(operation="invoice")
    listed = client.get(reverse("admin:billing_syncwork_changelist")).content.decode()
    assert "Item amount is odd" in listed
    skip = f"/admin/billing/syncwork/{work.pk}/skip/"
    assert client.post(skip, {"reason": ""}).status_code == 422
    assert client.post(skip, {"reason": "Made by hand"}).status_code == 302
    assert AuditRecord.objects.get(action="sync.skipped").reason == "Made by hand"
    assert client.post(skip, {"reason": "Again"}).status_code == 422


def test_what_is_not_set_is_named_and_no_secret_is_shown(
    whmcs: WhmcsServer, settings: LazySettings
) -> None:
    switch_on()
    settings.WHMCS_URL = "https://user:pa55word@billing.provider.example/whmcs/"
    settings.WHMCS_IDENTIFIER = ""
    page = staff_client_of("auditor").get(PAGE).content.decode()
    assert "Not set up" in page
    assert "WHMCS_IDENTIFIER" in page
    assert "billing.provider.example" in page
    assert "pa55word" not in page
    assert "the-secret" not in page


def test_staff_check_try_again_and_bring_all_up_to_date(
    whmcs: WhmcsServer, settings: LazySettings
) -> None:
    company = customer()
    bill(company)
    pay(company, "5.00")
    settle(at=clock.now())
    switch_on()
    client = staff_client_of("billing")
    asking = client.get(f"{PAGE}whmcs/bring-up/").content.decode()
    assert ">1<" in asking.replace("\n", "").replace(" ", "")
    assert ">3<" in asking.replace("\n", "").replace(" ", "")
    assert not SyncWork.objects.exists(), "counting asks for nothing"
    assert client.post(f"{PAGE}whmcs/bring-up/").status_code == 302
    assert SyncWork.objects.count() == 3
    settings.WHMCS_SECRET = "wrong"
    answer = client.post(f"{PAGE}whmcs/check/", follow=True).content.decode()
    assert "403" in answer
    settle(at=clock.now())
    assert whmcs.clients == {}
    settings.WHMCS_SECRET = "the-secret"
    assert "3 due now" in client.post(f"{PAGE}whmcs/retry/", follow=True).content.decode()
    settle(at=clock.now())
    assert len(whmcs.transactions) == 1
    assert client.get(f"{PAGE}xero/check/").status_code == 404


@pytest.mark.parametrize("group", ["support", "auditor"])
def test_who_only_reads_sends_nothing(whmcs: WhmcsServer, group: str) -> None:
    switch_on()
    customer()
    settle(at=clock.now())
    client = staff_client_of(group)
    for act in ("check", "retry", "bring-up"):
        assert client.post(f"{PAGE}whmcs/{act}/").status_code == 403
    work = SyncWork.objects.get()
    for act in ("try_again", "skip"):
        assert client.post(f"/admin/billing/syncwork/{work.pk}/{act}/").status_code == 403


def test_a_payment_that_is_not_ours_is_dismissed(whmcs: WhmcsServer) -> None:
    switch_on()
    settle(at=clock.now())
    row = IncomingPayment.objects.create(
        system="whmcs",
        external_id="9",
        amount=3,
        currency="USD",
        paid_at=clock.now(),
        seen_at=clock.now(),
        reason="It names no invoice in WHMCS.",
    )
    client = staff_client_of("billing")
    waits = "payment in another system is to be looked at"
    assert waits in client.get(reverse("admin:index")).content.decode()
    page = client.get(reverse("admin:billing_incomingpayment_changelist")).content.decode()
    assert "It names no invoice in WHMCS." in page
    address = f"/admin/billing/incomingpayment/{row.pk}/dismiss/"
    assert client.post(address, {"reason": "Hosting"}).status_code == 302
    row.refresh_from_db()
    assert row.status == "dismissed"
    assert waits not in client.get(reverse("admin:index")).content.decode()
