"""Asking for work: what a system lacks of a company, found from how things are now.

Called after every event of a company, and by staff for all companies: it does not matter which
event came first, or whether one came at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from accounts.audit.actions import record
from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from billing.integrations.models import SyncWork, System
from billing.integrations.queries import (
    NOTHING,
    OPEN,
    allocations_of,
    came_from,
    contact_of,
    digest_of,
    service_of,
)
from billing.integrations.registry import adapter_of
from billing.invoicing.models import Allocation, Invoice
from billing.profiles.models import BillingProfile

Operation, Status = SyncWork.Operation, SyncWork.Status
TOO_SMALL = "Less than the smallest coin: it is in the payment before it."
# In the order in which a system must hear of what happened at the same time.
_ORDER = [
    Operation.INVOICE,
    Operation.CREDIT,
    Operation.REVERSAL,
    Operation.PAYMENT,
    Operation.VOID,
]


@dataclass(frozen=True, slots=True)
class Wish:
    """A piece of work that is not a row yet; `known_as` when the system has it already."""

    operation: SyncWork.Operation
    subject: str
    label: str
    happened_at: datetime
    amount: Decimal | None = None
    currency: str = ""
    known_as: str = ""

    @property
    def place(self) -> tuple[datetime, int, str]:
        return self.happened_at, _ORDER.index(self.operation), self.subject.rjust(64, "0")


@transaction.atomic
def bring_up_to_date(company_id: UUID, system: System, *, at: datetime) -> int:
    """Ask for all that the system does not know of a company; returns how much that is.

    A company that has not finished its sign-up is not told of.
    """
    company = lock_company(company_id)
    has_profile = BillingProfile.objects.filter(company=company).exists()
    if company.status == Company.Status.PENDING or not has_profile:
        return 0
    adapter, asked = adapter_of(system), _ask_for_contact(company, system, at=at)
    known = _known(company, system)
    wishes = [*_documents(company, known), *_settlements(company, system, known)]
    if adapter.cancels_invoices:
        wishes += _voids(company, known)
    for wish in sorted(wishes, key=lambda wish: wish.place):
        asked += _add(company, system, wish, at=at)
    if adapter.follows_services:
        asked += _ask_for_service(company, system, at=at)
    return asked


def lacking(system: System, *, at: datetime) -> tuple[int, int]:
    """How many companies the system does not know fully, and in how much: nothing is asked for."""
    companies = pieces = 0
    for company_id in companies_to_tell():
        with transaction.atomic():
            asked = bring_up_to_date(company_id, system, at=at)
            transaction.set_rollback(True)
        companies, pieces = companies + bool(asked), pieces + asked
    return companies, pieces


def bring_all_up_to_date(system: System, *, by: str, at: datetime) -> int:
    """Ask for all that the system lacks, a company at a time; returns how much that is."""
    asked = sum(bring_up_to_date(company, system, at=at) for company in companies_to_tell())
    record("sync.all_asked", actor=by, at=at, company=None, target=f"system:{system}")
    return asked


def companies_to_tell() -> list[UUID]:
    told = Company.objects.exclude(status=Company.Status.PENDING).order_by("created_at", "id")
    return list(told.values_list("pk", flat=True))


def _known(company: Company, system: System) -> dict[tuple[str, str], SyncWork]:
    rows = SyncWork.objects.filter(system=system, company=company)
    return {(row.operation, row.subject): row for row in rows}


def _ask_for_contact(company: Company, system: System, *, at: datetime) -> int:
    """Once, and again whenever the particulars have changed since they were sent."""
    return _ask_again(
        company, system, Operation.CONTACT, digest=digest_of(contact_of(company)), at=at
    )


def _ask_for_service(company: Company, system: System, *, at: datetime) -> int:
    """When the company's services stop, run again or end; that they run is where all begin."""
    work = SyncWork.objects.filter(
        system=system, operation=Operation.SERVICE, company=company
    ).first()
    if work is None and company.status == Company.Status.ACTIVE:
        return 0
    return _ask_again(company, system, Operation.SERVICE, digest=service_of(company), at=at)


def _ask_again(
    company: Company, system: System, operation: SyncWork.Operation, *, digest: str, at: datetime
) -> int:
    """Open the row of a company's particulars unless `digest` was sent last, or is asked for."""
    work = (
        SyncWork.objects.select_for_update(no_key=True)
        .filter(system=system, operation=operation, company=company)
        .first()
    )
    if work is None:
        SyncWork.objects.create(
            system=system,
            company=company,
            operation=operation,
            subject=str(company.pk),
            label=str(company)[:120],
            position=_next_place(company, system),
            digest=digest,
            next_attempt_at=at,
            asked_at=at,
        )
        return 1
    if work.digest == digest:
        return 0
    if work.status not in OPEN:
        work.position, work.asked_at, work.ended_at = _next_place(company, system), at, None
    work.label, work.digest = str(company)[:120], digest
    work.revision += 1
    work.status, work.failures, work.next_attempt_at = Status.WAITING, 0, at
    work.save()
    return 1


def _documents(company: Company, known: dict[tuple[str, str], SyncWork]) -> Iterator[Wish]:
    issued = Invoice.objects.filter(company=company, issued_at__isnull=False)
    for document in issued.defer("content").order_by("issued_at", "id"):
        is_note = document.kind == Invoice.Kind.CREDIT_NOTE
        operation = Operation.CREDIT if is_note else Operation.INVOICE
        if (operation, str(document.pk)) not in known and document.issued_at is not None:
            yield Wish(
                operation,
                str(document.pk),
                document.number or "",
                document.issued_at,
                document.total,
                document.currency,
            )


def _voids(company: Company, known: dict[tuple[str, str], SyncWork]) -> Iterator[Wish]:
    void = Invoice.objects.filter(
        company=company, kind=Invoice.Kind.INVOICE, status=Invoice.Status.VOID
    )
    for invoice in void.defer("content"):
        if (Operation.VOID, str(invoice.pk)) not in known:
            yield Wish(
                Operation.VOID, str(invoice.pk), invoice.number or "", invoice.status_changed_at
            )


def _settlements(
    company: Company, system: System, known: dict[tuple[str, str], SyncWork]
) -> Iterator[Wish]:
    by_invoice: dict[UUID, list[Allocation]] = {}
    for allocation in allocations_of(company):
        by_invoice.setdefault(allocation.invoice_id, []).append(allocation)
    cancels = adapter_of(system).cancels_invoices
    for allocations in by_invoice.values():
        # A cancelled invoice takes no payments: what it was paid with is free again here, too.
        if not (cancels and allocations[0].invoice.status == Invoice.Status.VOID):
            yield from _settlements_of(allocations, system, known)


def _settlements_of(
    allocations: Iterable[Allocation],
    system: System,
    known: dict[tuple[str, str], SyncWork],
) -> Iterator[Wish]:
    """Allocations in minor units: each is what the invoice is asked for less, once it is counted.

    Three prepaid allocations of 10.002, 9.001 and 9.562337 to a total of 28.57 (28.565337 was
    deducted): 10.00, 9.00 and 9.57.
    """
    allocations = list(allocations)
    invoice = allocations[0].invoice
    active = [allocation for allocation in allocations if allocation.released_at is None]
    due_first = invoice.amount_due + sum((each.amount for each in active), NOTHING)
    sent = NOTHING
    for allocation in allocations:
        subject = str(allocation.pk)
        paid = known.get((Operation.PAYMENT, subject))
        back = known.get((Operation.REVERSAL, subject))
        sent += (paid.amount or NOTHING) if paid else NOTHING
        sent -= (back.amount or NOTHING) if back else NOTHING
        if paid and not back and allocation.released_at is not None:
            sent -= paid.amount or NOTHING
            if paid.amount:
                yield _wish(Operation.REVERSAL, allocation, paid.amount, allocation.released_at)
    covered = NOTHING
    for allocation in active:
        covered += allocation.amount
        if (Operation.PAYMENT, str(allocation.pk)) in known:
            continue
        amount = invoice.total - invoice.payable_of(due_first - covered) - sent
        sent += amount
        arrived = came_from(allocation, system)
        known_as = arrived.external_id if arrived else ""
        yield _wish(Operation.PAYMENT, allocation, amount, allocation.at, known_as=known_as)


def _wish(
    operation: SyncWork.Operation,
    allocation: Allocation,
    amount: Decimal,
    happened_at: datetime,
    *,
    known_as: str = "",
) -> Wish:
    invoice = allocation.invoice
    return Wish(
        operation,
        str(allocation.pk),
        invoice.number or "",
        happened_at,
        amount,
        invoice.currency,
        known_as,
    )


def _add(company: Company, system: System, wish: Wish, *, at: datetime) -> int:
    """The row of a wish; done from the start when there is nothing to send."""
    is_small = wish.operation == Operation.PAYMENT and not wish.amount
    status = Status.SKIPPED if is_small else (Status.DONE if wish.known_as else Status.WAITING)
    SyncWork.objects.create(
        system=system,
        company=company,
        operation=wish.operation,
        subject=wish.subject,
        label=wish.label,
        position=_next_place(company, system),
        status=status,
        amount=wish.amount,
        currency=wish.currency,
        external_id=wish.known_as,
        reason=TOO_SMALL if is_small else "",
        next_attempt_at=at,
        asked_at=at,
        ended_at=None if status == Status.WAITING else at,
    )
    return int(status == Status.WAITING)


def _next_place(company: Company, system: System) -> int:
    """The company is locked: nobody else takes the same."""
    rows = SyncWork.objects.filter(company=company, system=system)
    return (rows.aggregate(last=Max("position"))["last"] or 0) + 1
