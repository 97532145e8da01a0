"""In which language somebody is spoken to: by the portal, by mails, by machines' answers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from accounts.companies.models import Company
from accounts.notifications.actions import queue_mail
from accounts.people.models import Role, User
from billing.payments.mails import figure
from tests.factories import NOW, make_company
from tests.portal import make_member, signed_in

pytestmark = pytest.mark.django_db
PROFILE, SIGN_IN = "/portal/profile/", "/accounts/login/"


def frame(client: Client, address: str, **headers: str) -> str:
    """The opening tag of the page: its language and its direction."""
    html = client.get(address, headers=headers).text
    return html[html.index("<html") : html.index(">", html.index("<html")) + 1]


def test_a_guest_is_spoken_to_as_the_browser_asks() -> None:
    assert frame(Client(), SIGN_IN) == '<html lang="en" dir="ltr">'
    assert frame(Client(), SIGN_IN, **{"Accept-Language": "fr;q=0.9, de-AT;q=0.8"}) == (
        '<html lang="de" dir="ltr">'
    )
    assert frame(Client(), SIGN_IN, **{"Accept-Language": "ar"}) == '<html lang="ar" dir="rtl">'


def test_a_guest_chooses_and_is_brought_back() -> None:
    client = Client()
    here = f"http://testserver{SIGN_IN}?next=/portal/"
    answer = client.post("/language/", {"language": "ar"}, headers={"Referer": here})
    assert answer.headers["Location"] == here
    assert frame(client, SIGN_IN, **{"Accept-Language": "de"}) == '<html lang="ar" dir="rtl">'


@pytest.mark.parametrize("referer", ["https://elsewhere.example/", "", "//elsewhere.example/"])
def test_the_choice_leads_nowhere_else(referer: str) -> None:
    answer = Client().post("/language/", {"language": "de"}, headers={"Referer": referer})
    assert answer.headers["Location"] == "/"


def test_a_language_that_we_do_not_speak_changes_nothing() -> None:
    member = make_member(make_company(language="de"))
    client = signed_in(member)
    client.post("/language/", {"language": "fr"})
    assert frame(client, PROFILE) == '<html lang="de" dir="ltr">'


def test_members_are_spoken_to_as_their_company_until_they_choose() -> None:
    client = signed_in(make_member(make_company(language="de")))
    assert frame(client, PROFILE, **{"Accept-Language": "ar"}) == '<html lang="de" dir="ltr">'
    client.post("/language/", {"language": "ar"})
    assert frame(client, PROFILE) == '<html lang="ar" dir="rtl">'


def test_the_profile_takes_the_choice_back() -> None:
    member = make_member(make_company(language="ar"))
    client = signed_in(member)
    client.post(PROFILE, {"language": "de"})
    assert frame(client, PROFILE) == '<html lang="de" dir="ltr">'
    client.post(PROFILE, {"language": ""})
    assert frame(client, PROFILE) == '<html lang="ar" dir="rtl">'


def test_a_company_with_documents_in_french_reads_the_portal_in_ours() -> None:
    """Documents speak French, pages do not."""
    client = signed_in(make_member(make_company(language="fr")))
    assert frame(client, PROFILE) == '<html lang="en" dir="ltr">'


def test_the_admin_and_the_api_stay_english() -> None:
    staff = User.objects.create_superuser("staff@provider.example", "unused")
    staff.language = "de"
    staff.save(update_fields=["language"])
    client = Client()
    client.force_login(staff)
    assert 'lang="en"' in frame(client, "/admin/")
    answer = Client().get("/api/v1/companies/", headers={"Accept-Language": "de"})
    assert "Authentication credentials were not provided" in answer.text


def test_a_cached_page_is_not_given_to_who_reads_another_language() -> None:
    answer = Client().get(SIGN_IN, headers={"Accept-Language": "de"})
    assert answer.headers["Content-Language"] == "de"
    assert "Accept-Language" in answer.headers["Vary"]


def _mail(company: Company | None, *to: str) -> dict[str, str]:
    facts = {"url": "https://x.example/", "role": "Viewer", "expires_at": NOW}
    mails = queue_mail("invitation", company=company, to=to, once="once", context=facts, at=NOW)
    return {mail.to: mail.html.partition('dir="')[2][:3] for mail in mails}


def test_subject_words_and_figures_of_a_mail_are_in_its_language() -> None:
    company = make_company(language="ar")
    german = make_member(company)
    german.user.language = "de"
    german.user.save(update_fields=["language"])
    facts = {"number": "TU-1", "amount": figure(Decimal("1234.5"), "EUR"), "due_at": NOW}
    arabic, other = queue_mail(
        "top_up_invoice_issued",
        company=company,
        to=["billing@x.example", german.user.email],
        once="once",
        context={**facts, "bank_details": "", "url": "https://x.example/"},
        at=NOW,
    )
    assert arabic.subject.startswith("طلب شحن الرصيد TU-1")
    assert "1,234.50\N{NO-BREAK SPACE}€" in arabic.text
    assert other.subject.startswith("Zahlungsanforderung TU-1")
    assert "1.234,50\N{NO-BREAK SPACE}€" in other.text


def test_a_mail_is_in_the_language_of_who_reads_it() -> None:
    """Billing's own address reads as the documents do, a member as it chose."""
    company = make_company(language="ar")
    chose, left = make_member(company), make_member(company, Role.ADMIN)
    chose.user.language = "de"
    chose.user.save(update_fields=["language"])
    assert _mail(company, "billing@x.example", chose.user.email, left.user.email) == {
        "billing@x.example": "rtl",
        chose.user.email: "ltr",
        left.user.email: "rtl",
    }
