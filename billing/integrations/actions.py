"""Working off the queue: claim, talk outside any transaction, record. And what staff decide.

A claim is a lease in real time. Who dies between the answer and its record leaves the work open;
the next try finds what is there already, and records that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.access.exceptions import Refused
from accounts.audit.actions import record
from accounts.companies.models import Company
from billing.integrations.adapters.base import Adapter, Denied, Rejected, Unreachable
from billing.integrations.calc import (
    DAILY,
    DOWN_AFTER,
    MOST_REFUSALS,
    MOST_SILENCES,
    pause_after,
    wait_after_refusal,
)
from billing.integrations.models import IncomingPayment, SyncWork, System, SystemState
from billing.integrations.queries import (
    OPEN,
    claimable_work,
    contact_of,
    digest_of,
    document_of,
    external_id_of,
    open_work,
    service_of,
    settlement_of,
    state_of,
    work_for_contact,
)
from billing.integrations.registry import adapter_of, missing
from billing.invoicing.models import Invoice

Operation, Status, Failure = SyncWork.Operation, SyncWork.Status, SyncWork.Failure
# Longer than all calls of one piece of work together may take.
LEASE = timedelta(minutes=10)


class NotOpen(Refused):
    """Only open work can be tried again or skipped."""

    def __init__(self, work: SyncWork) -> None:
        detail = f"{work} is {work.get_status_display().lower()} already."
        super().__init__("sync_work_not_open", detail, status=409)


class NotUnmatched(Refused):
    """Only a payment that waits for staff can be dismissed."""

    def __init__(self, row: IncomingPayment) -> None:
        super().__init__("payment_decided", f"The payment is {row.status} already.", status=409)


@dataclass(frozen=True, slots=True)
class Sent:
    """The system knows the subject now."""

    external_id: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """Why not. `is_final`: it was refused; else it may or may not have been done."""

    error: str
    is_final: bool
    retry_after: int = 0


Outcome = Sent | Failed


def is_paused(system: System, *, at: datetime) -> bool:
    """Whether the system is left alone for now, or lacks its keys."""
    paused_until = state_of(system).paused_until
    return bool(missing(system)) or (paused_until is not None and paused_until > at)


@transaction.atomic
def claim_work(system: System, *, at: datetime) -> SyncWork | None:
    """Take the next due work; it is free again when we die. What will be sent as the e-mail
    address of a new client is noted first, so that a crash does not hide the client."""
    work = (
        claimable_work(system, at=at)
        .select_related("company")
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .first()
    )
    if work is None:
        return None
    if work.operation == Operation.CONTACT and not work.external_id and not work.sent_as:
        work.sent_as = work.company.email
    work.tries += 1
    work.leased_until = Now() + LEASE
    work.save(update_fields=["sent_as", "tries", "leased_until"])
    return work


def carry_out(work: SyncWork) -> Outcome:
    """Talk to the system, outside any transaction."""
    try:
        return _send(work, adapter_of(System(work.system)))
    except Unreachable as error:
        return Failed(str(error), is_final=False, retry_after=error.retry_after)
    except Denied as error:
        return Failed(str(error), is_final=False)
    except Rejected as error:
        return Failed(str(error), is_final=True)


@transaction.atomic
def record_outcome(work: SyncWork, outcome: Outcome, *, at: datetime) -> bool:
    """Write what became of a try; False when somebody else has taken the work over."""
    _locked_state(System(work.system))
    current = SyncWork.objects.select_for_update(no_key=True).get(pk=work.pk)
    if current.tries != work.tries or current.status not in OPEN:
        return False
    current.leased_until = None
    if isinstance(outcome, Sent):
        _succeed(current, outcome, is_current=current.revision == work.revision, at=at)
        note_success(System(work.system), at=at)
    else:
        _fail(current, outcome, at=at)
        if outcome.is_final:
            note_success(System(work.system), at=at)
        else:
            note_failure(System(work.system), outcome, at=at)
    current.save()
    return True


@transaction.atomic
def note_success(system: System, *, at: datetime) -> None:
    """It answers. When it was down, what waits for it is due at once."""
    state = _locked_state(system)
    if state.failures >= DOWN_AFTER:
        waiting = open_work(system).filter(failure=Failure.UNREACHABLE)
        waiting.update(next_attempt_at=at, failures=0)
    state.failures, state.failing_since, state.paused_until = 0, None, None
    state.error, state.succeeded_at = "", at
    state.save()


@transaction.atomic
def note_failure(system: System, failed: Failed, *, at: datetime) -> None:
    """It does not answer, or does not let us in: it is left alone, longer each time."""
    state = _locked_state(system)
    state.failures += 1
    state.failing_since = state.failing_since or at
    state.paused_until = at + max(
        pause_after(state.failures), timedelta(seconds=failed.retry_after)
    )
    state.error = failed.error
    state.save()


def look_whether_it_answers(system: System, *, at: datetime) -> str:
    """Ask the system for something small; returns what is wrong, or nothing."""
    lacks = missing(system)
    if lacks:
        return f"Set {', '.join(lacks)} first."
    try:
        adapter_of(system).ping()
    except (Unreachable, Denied, Rejected) as error:
        note_failure(system, Failed(str(error), is_final=False), at=at)
        return str(error)
    note_success(system, at=at)
    return ""


@transaction.atomic
def try_again(work_id: UUID, *, by: str, at: datetime) -> SyncWork:
    """Make open work due now. Raises NotOpen."""
    _end_pause(System(SyncWork.objects.get(pk=work_id).system))
    work = _open_work(work_id)
    work.status, work.failures, work.next_attempt_at = Status.WAITING, 0, at
    work.revision += 1
    work.save(update_fields=["status", "failures", "next_attempt_at", "revision"])
    _record("sync.retried", work, by=by, at=at)
    return work


@transaction.atomic
def skip(work_id: UUID, *, reason: str, by: str, at: datetime) -> SyncWork:
    """Never send it: what waits behind it goes on. Raises NotOpen."""
    work = _open_work(work_id)
    work.status, work.reason, work.skipped_by, work.ended_at = Status.SKIPPED, reason, by, at
    work.save(update_fields=["status", "reason", "skipped_by", "ended_at"])
    _record("sync.skipped", work, by=by, at=at, reason=reason)
    return work


@transaction.atomic
def try_all_again(system: System, *, by: str, at: datetime) -> int:
    """Make all open work due now; returns how much that is."""
    _end_pause(system)
    count = open_work(system).update(
        status=Status.WAITING, failures=0, next_attempt_at=at, revision=F("revision") + 1
    )
    record("sync.all_retried", actor=by, at=at, company=None, target=f"system:{system}")
    return count


@transaction.atomic
def dismiss(incoming_id: UUID, *, reason: str, by: str, at: datetime) -> IncomingPayment:
    """A payment that is not for us, or was booked by hand. Raises NotUnmatched."""
    row = IncomingPayment.objects.select_for_update(no_key=True).get(pk=incoming_id)
    if row.status != IncomingPayment.Status.UNMATCHED:
        raise NotUnmatched(row)
    row.status, row.reason, row.decided_by = IncomingPayment.Status.DISMISSED, reason[:500], by
    row.save(update_fields=["status", "reason", "decided_by"])
    record(
        "incoming_payment.dismissed",
        actor=by,
        at=at,
        company=row.company,
        target=f"{row.system}:{row.external_id}",
        reason=reason,
    )
    return row


def _send(work: SyncWork, adapter: Adapter) -> Sent:
    key = f"{work.pk}-{work.revision}"
    if work.operation == Operation.CONTACT:
        return _send_contact(work, adapter, key=key)
    contact = external_id_of(System(work.system), Operation.CONTACT, work.company_id)
    if not contact:
        raise Rejected("The client is not known there.")
    match work.operation:
        case Operation.SERVICE:
            company = Company.objects.get(pk=work.company_id)
            service = service_of(company)
            adapter.service_status(contact, service, reason=company.status_reason or service)
            return Sent(digest=service)
        case Operation.INVOICE | Operation.CREDIT | Operation.VOID:
            return Sent(_send_document(work, adapter, contact=contact, key=key))
        case _:
            return Sent(_send_settlement(work, adapter, contact=contact, key=key))


def _send_contact(work: SyncWork, adapter: Adapter, *, key: str) -> Sent:
    company, system = Company.objects.get(pk=work.company_id), System(work.system)
    contact = contact_of(company)
    known = work.external_id or adapter.find_contact(contact, sent_as=work.sent_as)
    owner = work_for_contact(system, known) if known else None
    if owner is not None and owner.pk != work.pk:
        raise Rejected(f"{system.label} knows {owner.label} by this e-mail address, as {known}.")
    made = adapter.upsert_contact(contact, external_id=known, key=key)
    return Sent(made, digest_of(contact))


def _send_document(work: SyncWork, adapter: Adapter, *, contact: str, key: str) -> str:
    system = System(work.system)
    document = Invoice.objects.select_related("company", "corrects").get(pk=UUID(work.subject))
    if work.operation == Operation.INVOICE:
        return adapter.upsert_invoice(document_of(document, contact=contact), key=key)
    if work.operation == Operation.CREDIT:
        corrected = external_id_of(system, Operation.INVOICE, document.corrects_id)
        return adapter.credit(document_of(document, contact=contact), invoice=corrected, key=key)
    adapter.void_invoice(
        _invoice_there(system, work.subject),
        number=document.number or "",
        reason=document.status_reason,
    )
    return ""


def _send_settlement(work: SyncWork, adapter: Adapter, *, contact: str, key: str) -> str:
    system = System(work.system)
    settlement = settlement_of(work, contact=contact)
    if not settlement.invoice:
        raise Rejected(f"The invoice {work.label} is not known there.")
    if work.operation == Operation.PAYMENT:
        return adapter.record_payment(settlement, key=key)
    sent = external_id_of(system, Operation.PAYMENT, work.subject)
    return adapter.take_back(settlement, external_id=sent, key=key)


def _invoice_there(system: System, subject: str) -> str:
    found = external_id_of(system, Operation.INVOICE, subject)
    if not found:
        raise Rejected("The invoice is not known there.")
    return found


def _succeed(work: SyncWork, sent: Sent, *, is_current: bool, at: datetime) -> None:
    """Done, unless the subject has changed since we took it."""
    work.external_id, work.sent_as = sent.external_id or work.external_id, ""
    work.failure, work.failures, work.error = Failure.NONE, 0, ""
    if is_current:
        work.digest = sent.digest
    if is_current or (sent.digest and work.digest == sent.digest):
        work.status, work.ended_at = Status.DONE, at
    else:
        work.status, work.next_attempt_at = Status.WAITING, at


def _fail(work: SyncWork, failed: Failed, *, at: datetime) -> None:
    failure = Failure.REFUSED if failed.is_final else Failure.UNREACHABLE
    work.failures = work.failures + 1 if work.failure == failure else 1
    work.failure, work.error = failure, failed.error
    if failed.is_final:
        work.next_attempt_at = at + wait_after_refusal(work.failures)
        is_for_staff = work.failures >= MOST_REFUSALS
    else:
        is_for_staff = work.failures >= MOST_SILENCES
        work.next_attempt_at = at + (DAILY if is_for_staff else pause_after(work.failures))
    if is_for_staff:
        work.status = Status.ATTENTION


def _locked_state(system: System) -> SystemState:
    SystemState.objects.get_or_create(pk=system)
    return SystemState.objects.select_for_update(no_key=True).get(pk=system)


def _end_pause(system: System) -> None:
    """Locks the state before any work, as everybody does who needs both."""
    state = _locked_state(system)
    state.paused_until = None
    state.save(update_fields=["paused_until"])


def _open_work(work_id: UUID) -> SyncWork:
    work = SyncWork.objects.select_for_update(no_key=True, of=("self",))
    found = work.select_related("company").get(pk=work_id)
    if found.status not in OPEN:
        raise NotOpen(found)
    return found


def _record(event: str, work: SyncWork, *, by: str, at: datetime, reason: str = "") -> None:
    record(
        event,
        actor=by,
        at=at,
        company=work.company,
        target=f"{work.system}:{work.operation}:{work.label}",
        reason=reason,
    )
