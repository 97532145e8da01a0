"""Money that customers paid in the other system: read there, booked here once, or shown to staff.

Nothing is booked that cannot be told for sure: the payment names an invoice that we sent. What we
sent ourselves carries our reference and is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from djmoney.money import Money

from accounts.access.exceptions import Refused
from accounts.companies.models import Company
from billing.integrations.actions import Failed, note_failure, note_success
from billing.integrations.adapters.base import OURS, Denied, Rejected, TheirPayment, Unreachable
from billing.integrations.calc import DAILY
from billing.integrations.models import IncomingPayment, SyncWork, System, SystemState
from billing.integrations.queries import (
    contacts_to_read,
    state_of,
    work_for_contact,
    work_for_invoice,
)
from billing.integrations.registry import adapter_of
from billing.invoicing.models import Invoice
from billing.payments.actions.transfers import record_transfer
from billing.payments.models import Payment
from billing.profiles.queries import profile_of

Status = IncomingPayment.Status
EVERY = timedelta(minutes=5)
BY = "system"


class Unmatched(Exception):
    """Why a payment is not booked."""


def read_payments(system: System, *, at: datetime) -> int:
    """Read what has arrived since the last time; returns how many payments were booked.

    What was read before is seen again and changes nothing, so whoever dies on the way loses
    nothing: the time of the reading is written last.
    """
    state, adapter = state_of(system), adapter_of(system)
    if state.read_at is not None and state.read_at > at - EVERY:
        return 0
    clients = list(contacts_to_read(system, since=at - DAILY)) if adapter.reads_by_contact else []
    try:
        arrived = adapter.payments_since(
            state.read_at, contacts=[client.external_id for client in clients]
        )
    except (Unreachable, Denied, Rejected) as error:
        note_failure(system, Failed(str(error), is_final=False), at=at)
        return 0
    booked = take_in(system, arrived, at=at)
    if clients or not adapter.reads_by_contact:
        note_success(system, at=at)
    SyncWork.objects.filter(pk__in=[client.pk for client in clients]).update(read_at=at)
    SystemState.objects.update_or_create(pk=system, defaults={"read_at": at})
    return booked


def take_in(system: System, arrived: Sequence[TheirPayment], *, at: datetime) -> int:
    """Book each payment or list it with the reason; returns how many were booked now."""
    return sum(_take_in(system, seen, at=at) for seen in arrived if not _is_ours(seen))


def _is_ours(seen: TheirPayment) -> bool:
    return seen.reference.startswith(OURS)


@transaction.atomic
def _take_in(system: System, seen: TheirPayment, *, at: datetime) -> bool:
    client = work_for_contact(system, seen.contact)
    IncomingPayment.objects.get_or_create(
        system=system,
        external_id=seen.id,
        defaults={
            "external_invoice": seen.invoice,
            "company_id": client.company_id if client else None,
            "amount": seen.amount,
            "currency": seen.currency or _currency_of(client),
            "paid_at": seen.paid_at,
            "reference": seen.reference[:200],
            "seen_at": at,
        },
    )
    row = IncomingPayment.objects.select_for_update(no_key=True).get(
        system=system, external_id=seen.id
    )
    if row.status != Status.UNMATCHED:
        return False
    try:
        with transaction.atomic():
            _book(row, at=at)
    except Unmatched as why:
        row.reason = str(why)[:500]
    except Refused as refused:
        row.reason = str(refused.detail)[:500]
    row.save()
    return row.status == Status.BOOKED


def _currency_of(client: SyncWork | None) -> str:
    """Who does not name a currency is asked for the payments of clients that we know."""
    assert client is not None
    return profile_of(client.company_id).currency


def _book(row: IncomingPayment, *, at: datetime) -> None:
    """As staff would record it: the money goes to its invoice, what is more to the balance."""
    system = System(row.system)
    invoice = _invoice_paid(row, system)
    if row.amount <= 0:
        raise Unmatched(f"Money went back in {system.label}: record it here by hand.")
    if row.currency != invoice.currency:
        raise Unmatched(f"It is in {row.currency}, {invoice.number} in {invoice.currency}.")
    row.company = invoice.company
    row.payment = record_transfer(
        Company.objects.get(pk=invoice.company_id),
        amount=Money(row.amount, invoice.currency),
        method=Payment.Method(system.value),
        reference=invoice.number or "",
        received_at=min(row.paid_at, at),
        key=f"{system}:{row.external_id}",
        by=BY,
        at=at,
    )
    row.status, row.reason = Status.BOOKED, ""


def _invoice_paid(row: IncomingPayment, system: System) -> Invoice:
    if not row.external_invoice:
        raise Unmatched(f"It names no invoice in {system.label}.")
    sent = work_for_invoice(system, row.external_invoice)
    if sent is None:
        raise Unmatched(
            f"It pays invoice {row.external_invoice} of {system.label}, which did not come from "
            "here."
        )
    return Invoice.objects.select_related("company").get(pk=UUID(sent.subject))
