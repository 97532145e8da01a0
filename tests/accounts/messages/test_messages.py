"""Messages from staff: whom they reach, once each, however often and by whomever they are made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings

from accounts.access.exceptions import Refused
from accounts.audit.models import AuditRecord
from accounts.companies.models import Company
from accounts.messages.actions import BATCH, queue_batch, send_message
from accounts.messages.calc import as_html, beginning
from accounts.messages.models import MessageRecipient, StaffMessage
from accounts.messages.queries import audience, failed_recipients, progress, unread_messages
from accounts.messages.tasks import queue_staff_messages
from accounts.notifications.models import Mail
from accounts.notifications.tasks import send_mails
from accounts.people.erasing import erase_person
from accounts.people.models import Role
from telecom.sims.models import Sim
from tests.accounts.companies.rows import make_company, make_member, make_user
from tests.accounts.notifications.mail_server import running_mail_server
from tests.factories import BY, NOW
from tests.two_sessions import at_once, failures


def send(
    *companies: Company,
    roles: tuple[str, ...] = ("contact", "owner"),
    expected: int,
    key: str = "",
    subject: str = "Planned work",
    text: str = "On **Friday** from 02:00.",
) -> StaffMessage:
    return send_message(
        Company.objects.filter(pk__in=[company.pk for company in companies]),
        subject=subject,
        text=text,
        kind="chosen",
        roles=roles,
        expected=expected,
        key=key or uuid4().hex,
        by=BY,
        at=NOW,
    )


def reached(*roles: str) -> set[str]:
    return {address for _, address in audience(Company.objects.all(), roles=roles).addresses}


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One\ntwo\n\nthree", "<p>One<br>two</p>\n<p>three</p>"),
        ("- one\n- **two**", "<ul><li>one</li><li><strong>two</strong></li></ul>"),
        ("*a* b", "<p><em>a</em> b</p>"),
        (
            "[status](https://x.example/?a=1&b=2)",
            '<p><a href="https://x.example/?a=1&amp;b=2">status</a></p>',
        ),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        (
            '[x](https://y.example/"onclick="z)',
            '<p><a href="https://y.example/&quot;onclick=&quot;z">x</a></p>',
        ),
        ("{{ company }} {% load x %}", "<p>{{ company }} {% load x %}</p>"),
    ],
)
def test_a_little_markdown_and_nothing_that_runs(text: str, html: str) -> None:
    assert as_html(text) == html


def test_the_beginning_is_cut_at_a_word() -> None:
    assert beginning("**Planned** work\n- on [Friday](https://x.example)", longest=17) == (
        "Planned work on …"
    )


@pytest.mark.django_db
def test_roles_say_whose_addresses_and_each_is_told_once() -> None:
    first, second = make_company(), make_company()
    owner = make_member(first).user
    make_member(second, Role.FINANCE, owner)
    make_member(first, Role.VIEWER)
    gone = make_member(first, Role.ADMIN).user
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    Company.objects.filter(pk=second.pk).update(email=owner.email.upper())
    assert reached("owner", "finance") == {owner.email}
    assert reached("contact", "owner", "admin") == {first.email, owner.email.upper()}
    assert len(reached("viewer")) == 1


@pytest.mark.django_db
def test_end_users_are_members_of_that_role_and_persons_linked_to_sims() -> None:
    company, stranger = make_company(), make_company()
    member = make_member(company, Role.END_USER).user
    linked = make_user()
    Sim.objects.create(
        iccid="8944000000000000001",
        company=company,
        end_user=linked,
        status="active",
        created_at=NOW,
        status_changed_at=NOW,
    )
    make_member(stranger, Role.END_USER)
    found = audience(Company.objects.filter(pk=company.pk), roles=[Role.END_USER])
    assert {address for _, address in found.addresses} == {member.email, linked.email}


@pytest.mark.django_db
def test_a_message_is_settled_at_once_and_its_mails_follow() -> None:
    company = make_company()
    owner = make_member(company).user
    message = send(company, expected=2)
    assert (message.company_count, message.recipient_count) == (1, 2)
    assert not Mail.objects.exists()
    assert queue_staff_messages(at=NOW) == 2
    assert queue_staff_messages(at=NOW) == 0
    mails = Mail.objects.order_by("to")
    assert {mail.to for mail in mails} == {company.email, owner.email}
    assert mails[0].subject == "Planned work"
    assert "<strong>Friday</strong>" in mails[0].html
    assert "On **Friday** from 02:00." in mails[0].text
    message.refresh_from_db()
    assert message.queued_at == NOW
    line = AuditRecord.objects.get(action="message.sent")
    assert (line.actor, line.after) == (
        BY,
        {"subject": "Planned work", "companies": 1, "recipients": 2},
    )


@pytest.mark.django_db
def test_the_same_key_sends_once_and_not_other_words() -> None:
    company = make_company()
    first = send(company, roles=("contact",), expected=1, key="a" * 32)
    assert send(company, roles=("contact",), expected=1, key="a" * 32) == first
    with pytest.raises(Refused) as refused:
        send(company, roles=("contact",), expected=1, key="a" * 32, subject="Other")
    assert refused.value.code == "idempotency_key_reused"
    assert MessageRecipient.objects.count() == 1


@pytest.mark.django_db
def test_who_joined_since_the_preview_is_not_told_unseen() -> None:
    company = make_company()
    make_member(company)
    with pytest.raises(Refused) as refused:
        send(company, expected=1)
    assert refused.value.code == "recipients_changed"
    with pytest.raises(Refused) as refused:
        send(company, roles=("viewer",), expected=0)
    assert refused.value.code == "no_recipients"


@pytest.mark.django_db
def test_failed_addresses_are_named_with_the_servers_answer(settings: Settings) -> None:
    company = make_company()
    owner = make_member(company).user
    message = send(company, expected=2)
    queue_staff_messages(at=NOW)
    with running_mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        server.refuses[owner.email] = "550 no such mailbox"
        send_mails(at=NOW + timedelta(minutes=1))
    state = progress(message)
    assert (state.total, state.queued, state.sent, state.failed) == (2, 2, 1, 1)
    assert not state.is_under_way
    failed = failed_recipients(message).get()
    assert failed.address == owner.email
    assert failed.mail is not None
    assert "550 no such mailbox" in failed.mail.error


@pytest.mark.django_db
def test_whoever_is_erased_is_no_longer_named_among_the_recipients() -> None:
    company = make_company()
    person = make_member(company, Role.VIEWER).user
    send(company, roles=("viewer",), expected=1)
    queue_staff_messages(at=NOW)
    erase_person(person, reason="Asked", by=BY, at=NOW)
    assert MessageRecipient.objects.get().address.endswith("@erased.invalid")
    assert not reached("viewer")


@pytest.mark.django_db
def test_a_message_waits_in_the_portal_for_each_person_of_its_roles() -> None:
    company, stranger = make_company(), make_company()
    owner, viewer = make_member(company), make_member(company, Role.VIEWER)
    send(company, roles=("contact",), expected=1)
    assert unread_messages(owner).count() == 1
    assert not unread_messages(viewer).exists()
    assert not unread_messages(make_member(stranger)).exists()


def _in_a_transaction(then: Callable[[], object]) -> int:
    """A batch that is taken and kept open until `then` has returned."""
    with transaction.atomic():
        count = queue_batch(at=NOW)
        then()
        return count


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_each_mail_once() -> None:
    """Each takes a batch while the other still holds its own: none waits, none is made twice."""
    company = make_company()
    addresses = [f"p{number}@x.example" for number in range(BATCH + 20)]
    message = StaffMessage.objects.create(
        subject="s",
        text="t",
        audience="chosen",
        roles=["viewer"],
        company_count=1,
        recipient_count=len(addresses),
        key="b" * 32,
        sent_by=BY,
        created_at=NOW,
    )
    MessageRecipient.objects.bulk_create(
        MessageRecipient(message=message, company=company, address=address) for address in addresses
    )
    both = Barrier(2)
    counts = at_once(*[lambda: _in_a_transaction(lambda: both.wait(timeout=30))] * 2)
    assert not failures(counts)
    assert sorted(counts) == [20, BATCH]  # type: ignore[type-var]
    assert Mail.objects.count() == len(addresses)
    assert not MessageRecipient.objects.filter(mail=None).exists()
    assert queue_staff_messages(at=NOW) == 0
    message.refresh_from_db()
    assert message.queued_at == NOW


@pytest.mark.django_db(transaction=True)
def test_a_double_click_sends_once() -> None:
    company = make_company()
    sent = at_once(*[lambda: send(company, roles=("contact",), expected=1, key="c" * 32)] * 2)
    assert not failures(sent)
    assert sent[0] == sent[1]
    assert StaffMessage.objects.count() == 1
    assert MessageRecipient.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_leaves_the_rest_for_the_next() -> None:
    """The batch that was under way is made whole by the next run, and no mail of it twice."""
    company = make_company()
    for _ in range(3):
        make_member(company, Role.VIEWER)
    send(company, roles=("viewer",), expected=3)

    def die() -> None:
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        _in_a_transaction(die)
    assert not Mail.objects.exists()
    assert queue_staff_messages(at=NOW) == 3
    assert Mail.objects.count() == 3
