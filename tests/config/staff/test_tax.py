"""Tax rules are set on a page, and the report leads to the documents it is made of."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from billing.invoicing.models import Invoice
from billing.tax.models import TaxRule
from config import clock
from tests.billing.invoicing.months import issue, rate
from tests.config.staff.people import staff_client_of
from tests.factories import make_company

pytestmark = pytest.mark.django_db
LIST, ADD = "/admin/billing/taxrule/", "/admin/billing/taxrule/add/"
REPORT = "/admin/money/tax-report/"
GERMANY = {"country": "DE", "treatment": "standard", "percent": "19", "name": "USt."}


def an_invoice() -> Invoice:
    """100.00 net and 19.00 tax, issued in the last month, prepaid."""
    company = make_company()
    now = clock.now()
    rate(company, net="100", tax="19", percent="19", at=now - timedelta(days=40))
    return issue(company, at=now)


def test_a_rule_is_set_and_withdrawn() -> None:
    client = staff_client_of("billing")
    assert client.post(ADD, GERMANY).status_code == 302
    rule = TaxRule.objects.get()
    assert (rule.country, rule.category, rule.percent) == ("DE", "", Decimal(19))
    html = client.get(LIST).text
    assert "Germany" in html
    assert "19\N{NO-BREAK SPACE}%" in html
    assert client.post(ADD, {"country": "DE", "treatment": "withdrawn"}).status_code == 302
    assert [rule.treatment for rule in TaxRule.objects.order_by("id")] == ["standard", ""]


def test_a_rule_that_cannot_be_is_refused_beside_its_field() -> None:
    answer = staff_client_of("billing").post(ADD, GERMANY | {"treatment": "exempt"})
    assert answer.status_code == 422
    assert "Only a standard treatment has a rate above zero." in answer.text


def test_an_auditor_reads_the_rules_and_sets_none() -> None:
    client = staff_client_of("auditor")
    assert ADD not in client.get(LIST).text
    assert client.post(ADD, GERMANY).status_code == 403


def test_the_report_leads_to_its_documents() -> None:
    invoice = an_invoice()
    client = staff_client_of("auditor")
    html = client.get(REPORT).text
    assert "Documents and ledger agree" in html
    days = f"?first={clock.now().date()}&last={clock.now().date()}"
    assert f"/admin/billing/invoice/{invoice.pk}/change/" in client.get(f"{REPORT}{days}&of=0").text
    sheet = client.get(f"{REPORT}{days}&format=csv").getvalue().decode()
    assert "USD,DE,standard,19,100.00,19.00,1" in sheet
    assert "This is before the first day." in client.get(f"{REPORT}{days}&last=2020-01-01").text


def test_the_file_is_for_those_who_may_export() -> None:
    days = f"?first={clock.now().date()}&last={clock.now().date()}"
    client = staff_client_of("support")
    assert client.get(f"{REPORT}{days}").status_code == 200
    assert client.get(f"{REPORT}{days}&format=csv").status_code == 403


def test_the_company_page_says_how_it_is_taxed_and_checks_its_number() -> None:
    client = staff_client_of("billing")
    client.post(ADD, GERMANY)
    company = make_company(tax_percent=None)
    assert (
        "19 %, Germany: standard 19 %"
        in client.get(reverse("admin:accounts_company_change", args=[company.pk])).text
    )
    edit = reverse("admin:company_edit", args=[company.pk])
    form = client.get(edit).context["form"]
    given = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    answer = client.post(edit, given | {"tax_id": "DE136695977"})
    assert answer.status_code == 422
    assert "DE136695977 is not a VAT number of DE: its check digits do not add up." in answer.text


def test_the_report_refuses_the_last_day_that_there_is() -> None:
    answer = staff_client_of("auditor").get(REPORT, {"first": "2026-01-01", "last": "9999-12-31"})
    assert answer.status_code == 200
    assert "No day comes after this one." in answer.text
