"""Writing to customers in the admin, and reading it in the portal."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.access.queries import LOOKING_AT_IN_SESSION
from accounts.companies.models import Company
from accounts.messages.models import MessageRead, StaffMessage
from accounts.messages.tasks import queue_staff_messages
from accounts.notifications.models import Mail
from accounts.people.models import Role
from config import clock
from tests.config.staff.people import signed_in as signed_in_staff
from tests.config.staff.people import staff_client_of, staff_member
from tests.factories import make_company
from tests.portal import browser, make_member, signed_in

pytestmark = pytest.mark.django_db
WORDS = {"subject": "Planned work", "text": "On **Friday**.", "roles": ["contact", "owner"]}


def _compose(client: Client, query: str, **given: object) -> HttpResponse:
    """Open the page at `query`, and post what its hidden fields hold with `given`."""
    address = f"{reverse('admin:message_compose')}?{query}"
    form = client.get(address).context["form"]
    hidden = {name: form[name].value() or "" for name in ("company", "query", "key")}
    hidden["audience"] = form["audience"].value()
    return client.post(address, hidden | WORDS | given)  # type: ignore[return-value]


def _sent(client: Client, company: Company) -> StaffMessage:
    look = _compose(client, f"company={company.pk}", look="1")
    expected = len(look.context["found"].addresses)  # type: ignore[attr-defined]
    answer = _compose(client, f"company={company.pk}", send="1", expected=expected)
    assert answer.status_code == 302
    return StaffMessage.objects.get()


def test_the_preview_counts_exactly_and_sends_nothing() -> None:
    company = make_company()
    owner = make_member(company).user
    make_company()
    page = _compose(staff_client_of("support"), f"company={company.pk}", look="1")
    text = page.content.decode()
    assert "2 addresses" in text
    assert owner.email in text
    assert "&lt;strong&gt;Friday&lt;/strong&gt;" in text  # in the frame of the sample
    assert "Send to 2 addresses" in text
    assert not StaffMessage.objects.exists()


def test_a_double_submit_sends_once() -> None:
    company = make_company()
    client = staff_client_of("support")
    address = f"{reverse('admin:message_compose')}?company={company.pk}"
    form = client.get(address).context["form"]
    posted = WORDS | {
        "company": str(company.pk),
        "query": "",
        "key": form["key"].value(),
        "audience": "chosen",
        "expected": "1",
        "send": "1",
    }
    first, second = client.post(address, posted), client.post(address, posted)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert StaffMessage.objects.get().sent_by == "staff:support@provider.example"


def test_the_ticked_companies_of_the_list_go_along() -> None:
    one, two = make_company(), make_company()
    make_company()
    client = staff_client_of("billing")
    listed = reverse("admin:accounts_company_changelist")
    ticked = {"action": "message", "_selected_action": [str(one.pk), str(two.pk)]}
    answer = client.post(listed, ticked)
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert "2 chosen" in page.content.decode()


def test_a_filter_of_the_list_goes_along() -> None:
    stopped = make_company()
    Company.objects.filter(pk=stopped.pk).update(status="suspended")
    make_company()
    client = staff_client_of("billing")
    listed = client.get(
        reverse("admin:accounts_company_changelist"), {"status__exact": "suspended"}
    )
    assert "?filter=status__exact%3Dsuspended" in listed.content.decode()
    page = _compose(client, "filter=status__exact%3Dsuspended", roles=["contact"], look="1")
    assert page.context["found"].companies == [stopped.pk]  # type: ignore[attr-defined]
    wrong = _compose(client, "filter=password__startswith%3Da", roles=["contact"], look="1")
    assert wrong.status_code == 422


def test_all_are_those_that_are_not_closed() -> None:
    make_company()
    closed = make_company()
    Company.objects.filter(pk=closed.pk).update(status="closed")
    page = _compose(staff_client_of("support"), "", audience="all", look="1")
    found = page.context["found"]  # type: ignore[attr-defined]
    assert closed.pk not in found.companies
    assert len(found.companies) == 1


def test_what_is_missing_is_said_beside_its_field() -> None:
    page = _compose(staff_client_of("support"), "", audience="chosen", subject="", roles=[])
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"audience", "subject", "roles"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("group", "writes", "reads"),
    [
        ("administrator", True, True),
        ("billing", True, True),
        ("operations", True, True),
        ("support", True, True),
        ("catalog", False, False),
        ("auditor", False, True),
    ],
)
def test_who_resends_mails_writes_them(group: str, *, writes: bool, reads: bool) -> None:
    client = staff_client_of(group)
    assert client.get(reverse("admin:message_compose")).status_code == (200 if writes else 403)
    listed = client.get(reverse("admin:accounts_staffmessage_changelist"))
    assert listed.status_code == (200 if reads else 403)
    companies = client.get(reverse("admin:accounts_company_changelist")).content.decode()
    assert ("Message these" in companies) is writes


def test_nobody_writes_without_signing_in() -> None:
    assert Client().get(reverse("admin:message_compose")).status_code == 302
    assert browser(make_company()).get(reverse("admin:message_compose")).status_code in (302, 403)


def test_the_page_of_a_message_shows_how_far_it_is() -> None:
    client = staff_client_of("support")
    message = _sent(client, make_company())
    address = reverse("admin:accounts_staffmessage_change", args=[message.pk])
    assert "0 of 1" in client.get(address).content.decode()
    queue_staff_messages(at=clock.now())
    Mail.objects.update(status="failed", error="550 no such mailbox")
    text = client.get(address).content.decode()
    assert "550 no such mailbox" in text
    assert "data-refresh" not in text
    listed = client.get(reverse("admin:accounts_staffmessage_changelist"))
    [row] = listed.context["cl"].result_list
    assert (row.recipient_count, row.delivered, row.failed) == (1, 0, 1)


def test_the_notice_stands_on_every_page_until_it_is_read() -> None:
    company = make_company()
    member = make_member(company)
    message = _sent(staff_client_of("support"), company)
    client = signed_in(member)
    for page in ("portal:dashboard", "portal:sims"):
        assert "Planned work" in client.get(reverse(page)).content.decode()
    opened = client.get(reverse("portal:message", args=[message.pk])).content.decode()
    assert "<strong>Friday</strong>" in opened
    assert "Planned work" not in client.get(reverse("portal:dashboard")).content.decode()
    assert "Planned work" in client.get(reverse("portal:messages")).content.decode()


def test_other_companies_and_other_roles_do_not_see_it() -> None:
    company = make_company()
    make_member(company)
    message = _sent(staff_client_of("support"), company)
    for client in (browser(make_company()), browser(company, Role.VIEWER)):
        assert client.get(reverse("portal:message", args=[message.pk])).status_code == 404
        assert "Planned work" not in client.get(reverse("portal:messages")).content.decode()


def test_staff_looking_on_do_not_read_it_for_the_customer() -> None:
    company = make_company()
    message = _sent(staff_client_of("support"), company)
    client = signed_in_staff(staff_member("administrator"))
    client.post(reverse("admin:company_look", args=[company.pk]), {"reason": "x"})
    assert LOOKING_AT_IN_SESSION in client.session
    assert client.get(reverse("portal:message", args=[message.pk])).status_code == 200
    assert not MessageRead.objects.exists()
