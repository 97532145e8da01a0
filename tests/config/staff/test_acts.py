"""What staff do, through the pages they do it on."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from djmoney.money import Money
from openpyxl import load_workbook

from accounts.access.models import ApiKey
from accounts.access.queries import valid_api_key
from accounts.audit.models import AuditRecord
from accounts.companies.models import Company
from accounts.jobs.models import JobRun
from billing.ledger.models import Adjustment, Entry
from billing.ledger.queries import balance
from billing.payments.models import Payment
from config import clock
from features.actions import set_value
from features.queries import history, value
from tests.billing.currencies.world import switch
from tests.config.staff.people import signed_in, staff_client_of, staff_member
from tests.factories import make_company, make_subscription, pay_in

pytestmark = pytest.mark.django_db


def _form(client: Client, address: str, **given: str) -> dict[str, str]:
    """What the page's form posts: its hidden fields and what is typed in."""
    form = client.get(address).context["form"]
    hidden = {field.name: str(field.value()) for field in form.hidden_fields()}
    return hidden | given


def _act(client: Client, name: str, company: Company, **given: str) -> Any:
    address = reverse(f"admin:company_{name}", args=[company.pk])
    return client.post(address, _form(client, address, **given))


def test_a_small_adjustment_is_booked_at_once() -> None:
    company = make_company()
    answer = _act(
        staff_client_of("billing"),
        "adjust",
        company,
        amount="-12.50",
        against="promotions",
        reason="Wrong promotion",
    )
    assert answer.status_code == 302
    assert balance(company).balance == Decimal("-12.50")
    assert Adjustment.objects.get().reason == "Wrong promotion"


def test_a_double_click_adjusts_once() -> None:
    company, client = make_company(), staff_client_of("billing")
    address = reverse("admin:company_adjust", args=[company.pk])
    body = _form(client, address, amount="20", against="promotions", reason="Goodwill")
    client.post(address, body)
    client.post(address, body)
    assert balance(company).balance == Decimal(20)


def test_above_the_set_amount_a_second_person_approves() -> None:
    """four_eyes_amount is 500: 500.01 waits, its proposer cannot approve it, somebody else can."""
    company, anna = make_company(), staff_member("billing", email="anna@provider.example")
    bob = staff_member("billing", email="bob@provider.example")
    given = {"amount": "500.01", "against": "promotions", "reason": "Refund agreed by telephone"}
    _act(signed_in(anna), "adjust", company, **given)
    adjustment = Adjustment.objects.get()
    assert (adjustment.status, balance(company).balance) == ("proposed", Decimal(0))
    approve = f"/admin/billing/adjustment/{adjustment.pk}/approve/"
    refused = signed_in(anna).post(approve)
    assert refused.status_code == 422
    assert balance(company).balance == Decimal(0)
    assert signed_in(bob).post(approve).status_code == 302
    assert balance(company).balance == Decimal("500.01")
    assert Adjustment.objects.get().decided_by == "staff:bob@provider.example"


def test_a_proposed_adjustment_can_be_declined() -> None:
    company = make_company()
    given = {"amount": "-900", "against": "write_off", "reason": "Typing error"}
    _act(staff_client_of("billing"), "adjust", company, **given)
    decline = f"/admin/billing/adjustment/{Adjustment.objects.get().pk}/decline/"
    other = signed_in(staff_member("billing", email="bob@provider.example"))
    assert other.post(decline).status_code == 302
    assert Adjustment.objects.get().status == "declined"
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": "", "reason": "x"}, "amount"),
        ({"amount": "0", "reason": "x"}, "amount"),
        ({"amount": "1e5", "reason": "x"}, "amount"),
        ({"amount": "NaN", "reason": "x"}, "amount"),
        ({"amount": "12", "reason": ""}, "reason"),
        ({"amount": "12", "reason": "a\x00b"}, "reason"),
        ({"amount": "9" * 40, "reason": "x"}, "amount"),
        ({"amount": "12", "reason": "x", "against": "cash"}, "against"),
    ],
)
def test_a_wrong_adjustment_is_refused_beside_its_field(given: dict[str, str], field: str) -> None:
    answer = _act(
        staff_client_of("billing"), "adjust", make_company(), **{"against": "promotions"} | given
    )
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Adjustment.objects.exists()


def test_a_bank_transfer_enters_the_balance() -> None:
    company = make_company()
    answer = _act(
        staff_client_of("billing"),
        "transfer",
        company,
        amount="250",
        method="bank_transfer",
        reference="RF18 5390",
        received_at=f"{clock.now():%Y-%m-%d %H:%M}",
    )
    assert answer.status_code == 302
    assert balance(company).balance == Decimal(250)
    assert Payment.objects.get().reference == "RF18 5390"


def test_a_company_is_suspended_and_comes_back_with_reasons() -> None:
    company, client = make_company(), staff_client_of("billing")
    _act(client, "suspend", company, reason="Fraud suspected")
    company.refresh_from_db()
    assert (company.status, company.status_reason) == ("suspended", "Fraud suspected")
    assert (
        "Fraud suspected"
        in client.get(reverse("admin:accounts_company_change", args=[company.pk])).content.decode()
    )
    _act(client, "reactivate", company, reason="Papers seen")
    company.refresh_from_db()
    assert company.status == "active"


def test_a_note_stays_on_the_companys_page() -> None:
    company, client = make_company(), staff_client_of("support")
    _act(client, "note", company, reason="Wants invoices by post")
    page = client.get(reverse("admin:accounts_company_change", args=[company.pk]))
    assert "Wants invoices by post" in page.content.decode()


def test_looking_at_a_customers_portal_leaves_an_audit_line() -> None:
    company, client = make_company(), staff_client_of("support")
    answer = _act(client, "look", company)
    assert answer.headers["Location"] == reverse("portal:dashboard")
    line = AuditRecord.objects.get(action="company.looked_at")
    assert (line.company, line.actor) == (company, "staff:support@provider.example")


def test_a_client_is_added_and_edited() -> None:
    switch(on=True)
    client = staff_client_of("billing")
    address = reverse("admin:accounts_company_add")
    given = {
        "name": "Fjord Fish AS",
        "email": "post@fjord.example",
        "category": "organization",
        "country": "NO",
        "timezone": "Europe/Oslo",
        "billing_type": "postpaid",
        "currency": "USD",
        "minimum_balance": "0",
        "credit_limit": "",
        "tax_percent": "25",
        "billing_day": "15",
    }
    assert client.post(address, given).status_code == 302
    company = Company.objects.get()
    assert company.billing_profile.credit_limit is None
    assert company.billing_profile.tax_percent == Decimal(25)
    edit = reverse("admin:company_edit", args=[company.pk])
    assert client.post(edit, given | {"billing_day": "32"}).status_code == 422
    assert client.post(edit, given | {"name": "Fjord Fisk AS"}).status_code == 302
    company.refresh_from_db()
    assert company.name == "Fjord Fisk AS"


def test_a_feature_is_flipped_with_a_reason_and_shows_who_did_it() -> None:
    client = staff_client_of("catalog")
    address = reverse("admin:feature_change", args=["portal_payment"])
    client.post(address, _form(client, address, value="off", reason="Bank day"))
    assert value("portal_payment", at=clock.now()) is False
    page = client.get(reverse("admin:features")).content.decode()
    assert "staff:catalog@provider.example" in page
    assert "Bank day" in page


def test_a_flip_that_somebody_overtook_is_shown_not_overwritten() -> None:
    client = staff_client_of("catalog")
    address = reverse("admin:feature_change", args=["portal_payment"])
    body = _form(client, address, value="off", reason="Bank day")
    set_value("portal_payment", value=True, reason="Other", by="staff:b@x.y", at=clock.now())
    answer = client.post(address, body)
    assert answer.status_code == 422
    assert "Somebody else changed it" in answer.content.decode()
    assert history("portal_payment").count() == 1


@pytest.mark.parametrize(
    ("key", "typed", "stored"),
    [
        ("cost_decimal_points", "4", 4),
        ("maximum_prepaid_recharge", "", None),
        ("maximum_prepaid_recharge", "250.50", "250.5"),
        ("default_currency", "EUR", "EUR"),
        ("bank_details", "IBAN DE00\r\nBIC X", "IBAN DE00\nBIC X"),
        ("tax_percent", "19", "19"),
    ],
)
def test_every_kind_of_value_can_be_typed_in(key: str, typed: str, stored: object) -> None:
    client = staff_client_of("catalog")
    address = reverse("admin:feature_change", args=[key])
    answer = client.post(address, _form(client, address, value=typed, reason="Set up"))
    assert answer.status_code == 302
    assert history(key).first().value == stored  # type: ignore[union-attr]


@pytest.mark.parametrize(("key", "typed"), [("cost_decimal_points", "7"), ("tax_percent", "x")])
def test_a_wrong_value_is_refused_beside_the_field(key: str, typed: str) -> None:
    client = staff_client_of("catalog")
    address = reverse("admin:feature_change", args=[key])
    answer = client.post(address, _form(client, address, value=typed, reason="Set up"))
    assert answer.status_code == 422
    assert "value" in answer.context["form"].errors


def test_search_finds_a_feature_by_what_it_does() -> None:
    client = staff_client_of("catalog")
    page = client.get(reverse("admin:features"), {"q": "pdfs gone"}).content.decode()
    assert "Invoices in the portal" in page
    assert "Decimals shown" not in page


def test_an_api_key_is_shown_once_and_revoked() -> None:
    client, company = staff_client_of("administrator"), make_company()
    answer = client.post(
        reverse("admin:accounts_apikey_add"), {"name": "ERP", "company": str(company.pk)}
    )
    secret = answer.context["secret"]
    key = ApiKey.objects.get()
    assert valid_api_key(secret) == key
    assert key.company == company
    page = client.get(reverse("admin:accounts_apikey_change", args=[key.pk]))
    assert secret not in page.content.decode()
    client.post(f"/admin/accounts/apikey/{key.pk}/revoke/")
    assert valid_api_key(secret) is None


def test_nobody_changes_their_own_rights() -> None:
    anna = staff_member("administrator", email="anna@provider.example")
    bob = staff_member("support", email="bob@provider.example")
    address = "/admin/accounts/user/{}/change_rights/"
    body = {"is_active": "on", "is_staff": "on", "groups": [], "reason": "New job"}
    client = signed_in(anna)
    assert client.post(address.format(anna.pk), body).status_code == 422
    assert client.post(address.format(bob.pk), body).status_code == 302
    assert not bob.groups.exists()
    assert AuditRecord.objects.get(action="user.rights_changed").before["groups"] == ["support"]  # type: ignore[index]


def test_a_job_is_run_again_from_its_page() -> None:
    client = staff_client_of("operations")
    assert client.get(reverse("admin:job_run", args=["dispatch_outbox"])).status_code == 302
    assert not JobRun.objects.exists()
    client.post(reverse("admin:job_run", args=["dispatch_outbox"]))
    assert JobRun.objects.get().name == "dispatch_outbox"
    auditor = staff_client_of("auditor")
    assert auditor.post(reverse("admin:job_run", args=["dispatch_outbox"])).status_code == 403


def test_the_books_are_proven_on_their_page() -> None:
    make_company()
    client = staff_client_of("auditor")
    assert "Not proven yet" in client.get(reverse("admin:books")).content.decode()
    client.post(reverse("admin:books"))
    page = client.get(reverse("admin:books"))
    assert "Every invariant holds" in page.content.decode()
    assert page.context["faults"] == 0


def _export(client: Client, table: str, file_format: str) -> bytes:
    body = {"table": table, "file_format": file_format}
    answer = client.post(reverse("admin:billing_invoice_export"), body)
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_an_export_says_what_the_database_says() -> None:
    """Two payments of 10.00 and 0.000000000001 USD: every leg, to the last decimal."""
    company = make_company()
    pay_in(company, Money("10", "USD"))
    pay_in(company, Money("0.000000000001", "USD"))
    lines = list(
        csv.DictReader(
            _export(staff_client_of("auditor"), "ledger", "csv").decode("utf-8-sig").splitlines()
        )
    )
    amounts = sorted(Decimal(line["amount"]) for line in lines)
    assert amounts == sorted(
        leg.amount for entry in Entry.objects.all() for leg in entry.legs.all()
    )


def test_exports_come_as_json_lines_and_xlsx_too() -> None:
    company = make_company()
    pay_in(company, Money("10", "USD"))
    client = staff_client_of("auditor")
    lines = [json.loads(line) for line in _export(client, "ledger", "jsonl").splitlines()]
    assert len(lines) == 2
    sheet = load_workbook(BytesIO(_export(client, "ledger", "xlsx"))).active
    assert sheet is not None
    assert sheet.max_row == 3  # a header and two legs


def test_search_finds_what_the_person_may_see() -> None:
    company = make_company()
    make_subscription(company, subject="router-77")
    found = _found("administrator", company.name.lower())
    assert f"/admin/accounts/company/{company.pk}/change/" in found
    assert "router-77" in _found("operations", "router-77")
    assert "router-77" not in _found("catalog", "router-77")


def _found(group: str, term: str) -> str:
    address = reverse("admin:search")
    answer = staff_client_of(group).get(address, {"s": term, "extended": "1"})
    return answer.content.decode()
