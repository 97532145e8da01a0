"""Mails: one per occasion and address, sent or failed with the reason, sent again on request."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.access.exceptions import Refused
from accounts.audit.models import AuditRecord
from accounts.companies.models import Company
from accounts.notifications.actions import Attachment, queue_mail, resend_mail
from accounts.notifications.models import Mail
from accounts.notifications.queries import next_due_mail, recipients
from accounts.notifications.sending import LEASE, RETRY_AFTER, claim_mail
from accounts.notifications.tasks import send_mails
from accounts.people.models import Role
from tests.accounts.access.client import Api, error_of
from tests.accounts.companies.rows import make_company, make_member, make_user
from tests.accounts.notifications.mail_server import MailServer, running_mail_server

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def company(db: None) -> Company:
    return make_company("Käse & Söhne")


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    with running_mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 5
        yield server


def _queue(
    company: Company | None,
    to: tuple[str, ...] = ("bob@x.example",),
    once: str = "invitation:1",
    *,
    secret: str = "",
    attachments: tuple[Attachment, ...] = (),
) -> list[Mail]:
    return queue_mail(
        "invitation",
        company=company,
        to=to,
        once=once,
        context={"url": "https://x.example/secret-9", "role": "Finance", "expires_at": NOON},
        at=NOON,
        secret=secret,
        attachments=attachments,
    )


def _received(server: MailServer) -> EmailMessage:
    message = email.message_from_string(server.received[-1], policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_text_is_text_and_html_is_escaped(company: Company) -> None:
    (mail,) = _queue(company)
    assert mail.subject == "You are invited to Käse & Söhne"
    assert "Käse & Söhne" in mail.text
    assert "Käse &amp; Söhne" in mail.html
    assert "https://x.example/secret-9" in mail.text
    assert 'href="https://x.example/secret-9"' in mail.html
    assert "<script" not in mail.html
    assert "\n\n\n" not in mail.text


def test_one_mail_per_occasion_and_address(company: Company) -> None:
    first = _queue(company, ("Bob@x.example", "BOB@x.example", "eve@x.example", ""))
    again = _queue(company, ("bob@x.example", "new@x.example"))
    assert [mail.to for mail in first] == ["Bob@x.example", "eve@x.example"]
    assert [mail.to for mail in again] == ["Bob@x.example", "new@x.example"]
    assert Mail.objects.count() == 3
    _queue(company, once="invitation:2")
    assert Mail.objects.filter(once="invitation:2").count() == 1


def test_a_mail_goes_out_with_text_html_and_files(
    company: Company, mail_server: MailServer
) -> None:
    (mail,) = _queue(
        company, attachments=(Attachment("receipt.pdf", "application/pdf", b"%PDF-1.7 \x00\xff"),)
    )
    assert send_mails(at=NOON) == 1
    mail.refresh_from_db()
    assert (mail.status, mail.sent_at, mail.attempts) == ("sent", NOON, 1)
    message = _received(mail_server)
    assert message["To"] == "bob@x.example"
    assert message["Subject"] == "You are invited to Käse & Söhne"
    assert message["Message-ID"] == f"<{mail.pk}@tollgate.example>"
    types = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
    assert types == ["text/plain", "text/html", "application/pdf"]
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("receipt.pdf", b"%PDF-1.7 \x00\xff")


def test_a_server_that_is_away_is_tried_again_with_growing_pauses(
    company: Company, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    (mail,) = _queue(company)
    at = NOON
    for number, pause in enumerate(RETRY_AFTER, start=1):
        assert send_mails(at=at) == 1
        mail.refresh_from_db()
        assert (mail.status, mail.attempts) == ("waiting", number)
        assert "ConnectionRefusedError" in mail.error
        assert next_due_mail(at) == at + pause
        at += pause
    send_mails(at=at)
    mail.refresh_from_db()
    assert (mail.status, mail.attempts) == ("failed", 7)
    assert send_mails(at=at + timedelta(days=30)) == 0


def test_an_address_that_does_not_exist_fails_at_once(
    company: Company, mail_server: MailServer
) -> None:
    mail_server.refuses = {"bob@x.example": "550 no such user", "eve@x.example": "451 greylisted"}
    _queue(company, ("bob@x.example", "eve@x.example"))
    send_mails(at=NOON)
    states = dict(Mail.objects.values_list("to", "status"))
    assert states == {"bob@x.example": "failed", "eve@x.example": "waiting"}
    assert Mail.objects.get(to="bob@x.example").error == "550 no such user"


def test_a_mail_that_cannot_be_written_fails_with_its_reason(
    company: Company, mail_server: MailServer
) -> None:
    (mail,) = _queue(company)
    Mail.objects.filter(pk=mail.pk).update(subject="two\nlines")
    send_mails(at=NOON)
    mail.refresh_from_db()
    assert (mail.status, mail.attempts) == ("failed", 1)
    assert "newlines" in mail.error


def test_a_sender_that_dies_loses_no_mail(company: Company) -> None:
    (mail,) = _queue(company)
    assert claim_mail(at=NOON) == mail
    assert claim_mail(at=NOON) is None
    assert claim_mail(at=NOON + LEASE) == mail


@pytest.mark.django_db(transaction=True)
def test_many_senders_send_each_mail_once(mail_server: MailServer) -> None:
    company = make_company()
    for number in range(12):
        _queue(company, once=f"occasion:{number}")

    def work(_: int) -> int:
        try:
            return send_mails(at=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=4) as pool:
        assert sum(pool.map(work, range(4))) == 12
    ids = {email.message_from_string(raw)["Message-ID"] for raw in mail_server.received}
    assert len(ids) == len(mail_server.received) == 12


def test_a_mail_is_sent_again_as_it_was(company: Company, mail_server: MailServer) -> None:
    (mail,) = _queue(company)
    with pytest.raises(Refused, match="still waiting"):
        resend_mail(mail, by="staff:anna@x.y", at=NOON)
    send_mails(at=NOON)
    resend_mail(mail, by="staff:anna@x.y", at=NOON)
    send_mails(at=NOON)
    assert len(mail_server.received) == 2
    assert AuditRecord.objects.get().action == "mail.resent"


def test_a_link_for_one_use_is_struck_out_of_the_log(
    company: Company, mail_server: MailServer, settings: Settings
) -> None:
    settings.SANDBOX = False
    (mail,) = _queue(company, secret="secret-9")
    assert "secret-9" in mail.text
    send_mails(at=NOON)
    mail.refresh_from_db()
    assert "secret-9" not in mail.text + mail.html + mail.secret
    with pytest.raises(Refused, match="for one use"):
        resend_mail(mail, by="staff:anna@x.y", at=NOON)


def test_recipients_are_the_company_and_its_members_with_the_role(company: Company) -> None:
    make_member(company, Role.FINANCE, make_user("fin@x.example"))
    make_member(company, Role.VIEWER, make_user("view@x.example"))
    make_member(company, Role.OWNER, make_user(company.email.lower()))
    found = recipients(company, Role.FINANCE, Role.OWNER)
    assert found == [company.email, "fin@x.example"]


def test_the_sandbox_shows_its_mailbox(company: Company, staff_api: Api) -> None:
    _queue(company, ("bob@x.example",), "1")
    _queue(company, ("eve@x.example",), "2")
    assert staff_api.read("sandbox/mails/").json()["results"] == []
    send_mails(at=NOON)
    newest, oldest = staff_api.read("sandbox/mails/").json()["results"]
    assert (newest["to"], oldest["to"]) == ("eve@x.example", "bob@x.example")
    assert newest["kind"] == "invitation"
    assert newest["sent_at"] == "2024-05-01T12:00:00Z"
    assert newest["subject"] == "You are invited to Käse & Söhne"
    found = staff_api.read("sandbox/mails/", to="BOB@x.example").json()["results"]
    assert [mail["to"] for mail in found] == ["bob@x.example"]


def test_outside_the_sandbox_there_is_no_mailbox(staff_api: Api, settings: Settings) -> None:
    settings.SANDBOX = False
    assert error_of(staff_api.read("sandbox/mails/"))[:2] == (404, "not_found")


def test_customers_do_not_see_the_mailbox(
    company: Company, company_api: Callable[[Company], Api]
) -> None:
    assert error_of(company_api(company).read("sandbox/mails/"))[:2] == (403, "permission_denied")
