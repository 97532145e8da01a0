"""Who opens which page of the admin: the table of spec/roles.md, page by page."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from djmoney.money import Money

from accounts.people.actions import create_person
from config.staff.roles import MODELS, ROLES
from features.actions import set_value
from tests.billing.currencies.world import switch
from tests.config.staff.people import signed_in, staff_client_of, staff_member
from tests.factories import LONG_AGO, make_company, make_subscription, pay_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def all_pages_are_there(db: None) -> None:
    """Those of the integrations and of several currencies are there while these are on."""
    set_value("whmcs_billing", value=True, by="staff:x", reason="Test", at=LONG_AGO)
    switch(on=True)


COMPANIES = {"accounts.company", "accounts.member", "accounts.invitation", "first_steps"}
MONEY = {
    "billing.account",
    "billing.adjustment",
    "billing.billingperiod",
    "billing.consumptionalert",
    "billing.discount",
    "billing.dispute",
    "billing.dunningclock",
    "billing.dunningstep",
    "billing.entry",
    "billing.gatewayevent",
    "billing.hold",
    "billing.incomingpayment",
    "billing.invoice",
    "billing.payment",
    "billing.paymentmethod",
    "billing.promocode",
    "billing.receipt",
    "billing.recharge",
    "billing.rechargerule",
    "billing.redemption",
    "billing.refund",
    "billing.series",
    "billing.syncwork",
    "billing.taxrule",
    "billing.topupinvoice",
    "tax_report",
    "billing.writeoff",
    "gateways",
    "integrations",
}
CATALOG = {
    "billing.accountplan",
    "billing.currency",
    "billing.exchangerate",
    "billing.meter",
    "billing.plan",
    "billing.planversion",
    "billing.price",
    "billing.zone",
    "telecom.offering",
    "telecom.addressprice",
}
CONNECTIVITY = {
    "telecom.sim",
    "telecom.operator",
    "telecom.operatorjob",
    "telecom.instance",
    "telecom.address",
    "billing.subscription",
}
USAGE = {"billing.charge", "billing.usagereject", "billing.usageconflict", "billing.usagebatch"}
CONFIG = {"features.featurevalue", "features", "settings", "branding", "templates"}
OPERATIONS = {"accounts.jobrun", "accounts.event", "accounts.handling", "jobs"}
MAILS = {"accounts.mail", "accounts.staffmessage"}
PEOPLE = {"accounts.user", "accounts.apikey", "auth.group"}
AUDIT = {"accounts.auditrecord"}
EVERYTHING = (
    COMPANIES | MONEY | CATALOG | CONNECTIVITY | USAGE | CONFIG | OPERATIONS | MAILS | PEOPLE
) | AUDIT
BOOKS, EXPORT = {"books"}, {"billing_invoice_export"}

MAY_OPEN = {
    "administrator": EVERYTHING | BOOKS | EXPORT,
    "billing": COMPANIES | MONEY | CATALOG | USAGE | MAILS | BOOKS | EXPORT,
    "operations": COMPANIES | CONNECTIVITY | USAGE | OPERATIONS | MAILS,
    "support": EVERYTHING | BOOKS,
    "catalog": CATALOG | CONFIG | COMPANIES,
    "auditor": EVERYTHING | BOOKS | EXPORT,
    "nobody": set[str](),
}
ALL_PAGES = EVERYTHING | BOOKS | EXPORT


def _address(page: str) -> str:
    app, _, model = page.partition(".")
    return reverse(f"admin:{app}_{model}_changelist" if model else f"admin:{page}")


def _opened(client: Client) -> set[str]:
    answers = {page: client.get(_address(page)).status_code for page in ALL_PAGES}
    assert set(answers.values()) <= {200, 403}
    return {page for page, status in answers.items() if status == 200}


@pytest.mark.parametrize("group", MAY_OPEN)
def test_a_group_opens_its_pages_and_no_others(group: str) -> None:
    client = staff_client_of(group) if group != "nobody" else staff_client_of()
    assert _opened(client) == MAY_OPEN[group]


@pytest.mark.parametrize("group", [name for name in MAY_OPEN if name != "nobody"])
def test_the_menu_offers_what_opens_and_nothing_else(group: str) -> None:
    client = staff_client_of(group)
    html = client.get(reverse("admin:index")).content.decode()
    for page in ALL_PAGES:
        offered = f'href="{_address(page)}"' in html
        if offered:
            assert page in MAY_OPEN[group]


def test_every_list_of_the_admin_belongs_to_an_area() -> None:
    areas = {label for labels in MODELS.values() for label in labels}
    assert {model._meta.label_lower for model in admin.site._registry} <= areas
    assert {model._meta.label_lower for model in admin.site._registry} <= EVERYTHING


def test_the_six_groups_exist() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)


ACTS = {
    "edit": {"administrator", "billing"},
    "adjust": {"administrator", "billing"},
    "transfer": {"administrator", "billing"},
    "suspend": {"administrator", "billing"},
    "reactivate": {"administrator", "billing"},
    "note": {"administrator", "billing", "support"},
    "look": {"administrator", "support"},
}


@pytest.mark.parametrize("group", [name for name in MAY_OPEN if name != "nobody"])
def test_a_group_may_do_to_a_company_what_its_page_offers(group: str) -> None:
    company, client = make_company(), staff_client_of(group)
    page = client.get(reverse("admin:accounts_company_change", args=[company.pk]))
    for act, groups in ACTS.items():
        address = reverse(f"admin:company_{act}", args=[company.pk])
        assert (client.get(address).status_code == 200) is (group in groups), act
        if act != "reactivate":  # offered to suspended companies only
            assert (address in page.content.decode()) is (group in groups), act


def test_operations_sees_a_company_without_its_money() -> None:
    company = make_company()
    pay_in(company, Money("123.45", "USD"))
    make_subscription(company, subject="router-7")
    address = reverse("admin:accounts_company_change", args=[company.pk])
    without = staff_client_of("operations").get(address).content.decode()
    assert "router-7" in without
    assert "123.45" not in without
    assert "123.45" in staff_client_of("billing").get(address).content.decode()
    companies = reverse("admin:accounts_company_changelist")
    other = staff_client_of("operations", email="other@provider.example")
    assert "123.45" not in other.get(companies).content.decode()


def test_who_is_no_staff_signs_in_first() -> None:
    customer = create_person("customer@x.example", password=None)
    for client in (Client(), signed_in(customer)):
        for page in ALL_PAGES | {"index"}:
            answer = client.get(_address(page) if page != "index" else reverse("admin:index"))
            assert answer.status_code == 302
            assert "login" in answer.headers["Location"] or "portal" in answer.headers["Location"]


def test_somebody_who_left_opens_nothing() -> None:
    user = staff_member("administrator")
    client = signed_in(user)
    user.is_active = False
    user.save()
    assert client.get(reverse("admin:index")).status_code == 302


def test_a_row_that_does_not_exist_is_not_an_error() -> None:
    client = staff_client_of("administrator")
    for address in (
        "/admin/accounts/company/nonsense/change/",
        "/admin/billing/payment/nonsense/refund/",
        "/admin/billing/invoice/0/pdf/",
        "/admin/accounts/mail/00000000-0000-7000-8000-000000000000/send_again/",
        "/admin/configuration/features/nothing/",
        "/admin/operations/jobs/nothing/run/",
    ):
        assert client.get(address).status_code in (302, 404), address
