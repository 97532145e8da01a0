"""What is kept of a company as an archive; a person erased, the books whole."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress

from accounts.audit.models import AuditRecord
from accounts.companies.models import Company
from accounts.notifications.models import Mail
from accounts.people.erasing import StillOwner, StillStaff, erase_person
from accounts.people.models import Member, Role
from billing.ledger.queries import balance
from billing.onboarding.actions.closing import close_account
from tests.accounts.access.client import Api, company_client
from tests.billing.invoicing.months import IN_MARCH, issue, rate
from tests.books import faults
from tests.config.staff.people import staff_client_of, staff_member
from tests.factories import BY, NOW, credit, make_company
from tests.portal import browser, make_member, signed_in

pytestmark = pytest.mark.django_db


def _archive(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


def _rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.TextIOWrapper(archive.open(name), "utf-8")))


def _content(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_the_archive_holds_what_there_is_and_nothing_of_others() -> None:
    company, other = make_company(), make_company()
    member, stranger = make_member(company), make_member(other)
    credit(company, "100", at=IN_MARCH)
    rate(company, net="12.00")
    issue(company)
    archive = _archive(_content(signed_in(member).get("/portal/profile/data/")))
    assert json.loads(archive.read("company.json"))["name"] == company.name
    assert [row["user_email"] for row in _rows(archive, "people.csv")] == [member.user.email]
    amounts = [row["amount"] for row in _rows(archive, "transactions.csv")]
    assert Decimal(100) in [Decimal(amount.lstrip("'")) for amount in amounts]
    [invoice] = json.loads(archive.read("documents.json"))
    assert invoice["content"]["number"] == invoice["number"]
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert stranger.user.email.encode() not in everything
    assert str(other.pk).encode() not in everything


def test_who_gets_the_archive(staff_api: Api) -> None:
    company = make_company()
    route = f"companies/{company.pk}/personal-data/"
    assert _archive(_content(staff_api.read(route))).testzip() is None
    assert company_client(company).read(route).status_code == 200
    assert company_client(make_company()).read(route).status_code == 404
    assert browser(company, Role.ADMIN).get("/portal/profile/data/").status_code == 403
    page = f"/admin/accounts/company/{company.pk}/data/"
    assert staff_client_of("billing").get(page).status_code == 200
    assert staff_client_of("catalog").get(page).status_code == 403


def test_an_erased_person_has_no_name_and_the_books_hold() -> None:
    company = make_company()
    owner, viewer = make_member(company), make_member(company, Role.VIEWER)
    credit(company, "100")
    email = viewer.user.email
    EmailAddress.objects.filter(user=viewer.user).update(verified=True)
    Mail.objects.create(
        kind="x",
        once="x",
        to=email,
        subject="Dear",
        text=email,
        html="",
        created_at=NOW,
        next_attempt_at=NOW,
    )
    with pytest.raises(StillOwner):
        erase_person(owner.user, reason="asked", by=BY, at=NOW)
    gone = erase_person(viewer.user, reason="Asked by letter", by=BY, at=NOW)
    assert gone.email == f"{gone.pk.hex}@erased.invalid"
    assert (gone.get_full_name(), gone.is_active, gone.has_usable_password()) == ("", False, False)
    assert not Member.objects.filter(user=gone).exists()
    assert not EmailAddress.objects.filter(user=gone).exists()
    assert (Mail.objects.get().to, Mail.objects.get().text) == (gone.email, "Erased on request.")
    assert AuditRecord.objects.filter(action="user.erased").count() == 1
    erase_person(gone, reason="again", by=BY, at=NOW)
    assert AuditRecord.objects.filter(action="user.erased").count() == 1
    assert (balance(company).balance, faults()) == (Decimal(100), [])


def test_the_owner_of_a_closed_company_is_erased_and_its_documents_stay() -> None:
    company = make_company()
    owner = make_member(company)
    credit(company, "100", at=IN_MARCH)
    rate(company, net="12.00")
    number = issue(company).number
    close_account(company, reason="Moved", by=BY, at=NOW)
    erase_person(owner.user, reason="Asked", by=BY, at=NOW)
    invoice = Company.objects.get().invoices.get()
    assert (invoice.number, invoice.content["buyer"]["name"]) == (number, company.name)


def test_staff_are_let_go_first_and_erase_on_the_page_of_the_person() -> None:
    with pytest.raises(StillStaff):
        erase_person(staff_member("support"), reason="asked", by=BY, at=NOW)
    person = make_member(make_company(), Role.VIEWER).user
    page = f"/admin/accounts/user/{person.pk}/erase/"
    answer = staff_client_of("administrator").post(page, {"reason": "Asked by letter"})
    assert answer.status_code == 302
    person.refresh_from_db()
    assert person.email.endswith("@erased.invalid")
