"""Reads: what is to be sent, and our rows as plain data for the adapters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Now

from accounts.companies.models import Company
from billing.integrations.adapters.base import (
    OURS,
    Contact,
    Document,
    Line,
    Service,
    Settlement,
    Source,
    Tax,
)
from billing.integrations.calc import shares
from billing.integrations.models import IncomingPayment, SyncWork, System, SystemState
from billing.invoicing.models import Allocation, Invoice
from billing.profiles.queries import profile_of

Operation, Status = SyncWork.Operation, SyncWork.Status
OPEN = (Status.WAITING, Status.ATTENTION)
NOTHING = Decimal(0)
READ_AT_ONCE = 100
LONGEST_LINE = 250
_SERVICES = {
    Company.Status.ACTIVE: Service.ACTIVE,
    Company.Status.SUSPENDED: Service.SUSPENDED,
    Company.Status.CLOSED: Service.TERMINATED,
}


def open_work(system: System) -> QuerySet[SyncWork]:
    """What the system does not know yet."""
    return SyncWork.objects.filter(system=system, status__in=OPEN)


def claimable_work(system: System, *, at: datetime) -> QuerySet[SyncWork]:
    """The first open work of each company, where it is due and nobody is at it."""
    earlier = SyncWork.objects.filter(
        system=system,
        company=OuterRef("company"),
        status__in=OPEN,
        position__lt=OuterRef("position"),
    )
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    due = open_work(system).filter(free, ~Exists(earlier), next_attempt_at__lte=at)
    return due.order_by("next_attempt_at", "position", "id")


def next_sync_due(after: datetime) -> datetime | None:
    """When the next work is to be tried after `after`, for the sandbox's clock."""
    due = SyncWork.objects.filter(status__in=OPEN, next_attempt_at__gt=after)
    first: datetime | None = due.aggregate(at=Min("next_attempt_at"))["at"]
    return first


def state_of(system: System) -> SystemState:
    """How the talk with a system goes."""
    return SystemState.objects.filter(pk=system).first() or SystemState(system=system)


def counts(system: System) -> dict[str, int]:
    """Work by status, and the payments that wait for staff."""
    rows = SyncWork.objects.filter(system=system).order_by()
    found = dict(rows.values_list("status").annotate(count=Count("id")))
    unmatched = IncomingPayment.objects.filter(
        system=system, status=IncomingPayment.Status.UNMATCHED
    )
    return {status: found.get(status, 0) for status in Status.values} | {
        "unmatched": unmatched.count()
    }


def oldest_open(system: System) -> SyncWork | None:
    return open_work(system).order_by("asked_at", "position").select_related("company").first()


def contact_work(system: System, company_id: UUID) -> SyncWork | None:
    """The row that says what the system knows the company as."""
    return SyncWork.objects.filter(
        system=system, operation=Operation.CONTACT, company=company_id
    ).first()


def external_id_of(system: System, operation: SyncWork.Operation, subject: object) -> str:
    """Their id of a subject, or nothing."""
    rows = SyncWork.objects.filter(system=system, operation=operation, subject=str(subject))
    return rows.values_list("external_id", flat=True).first() or ""


def work_for_contact(system: System, external_id: str) -> SyncWork | None:
    return SyncWork.objects.filter(
        system=system, operation=Operation.CONTACT, external_id=external_id
    ).first()


def work_for_invoice(system: System, external_id: str) -> SyncWork | None:
    return SyncWork.objects.filter(
        system=system, operation=Operation.INVOICE, external_id=external_id
    ).first()


def contacts_to_read(system: System, *, since: datetime) -> QuerySet[SyncWork]:
    """Clients whose payments are to be read: with something to pay, or not read since then."""
    known = SyncWork.objects.filter(system=system, operation=Operation.CONTACT)
    owed = Invoice.objects.filter(
        company=OuterRef("company"), status__in=[Invoice.Status.OPEN, Invoice.Status.OVERDUE]
    )
    idle = Q(read_at=None) | Q(read_at__lt=since)
    wanted = known.exclude(external_id="").filter(Exists(owed) | idle)
    return wanted.order_by("read_at", "id")[:READ_AT_ONCE]


def contact_of(company: Company) -> Contact:
    """The company as a contact."""
    return Contact(
        id=str(company.pk),
        name=company.legal_name or company.name,
        email=company.email,
        is_individual=company.category == Company.Category.INDIVIDUAL,
        address=company.address,
        city=company.city,
        postal_code=company.postal_code,
        country=str(company.country),
        tax_id=company.tax_id,
        currency=profile_of(company.pk).currency,
    )


def digest_of(contact: Contact) -> str:
    """Tells whether anything has changed of what was sent."""
    return sha256(repr(contact).encode()).hexdigest()


def service_of(company: Company) -> Service:
    return _SERVICES[Company.Status(company.status)]


def document_of(invoice: Invoice, *, contact: str) -> Document:
    """The invoice or credit note as it was issued."""
    assert invoice.issued_at is not None
    lines = list(invoice.lines.order_by("position"))
    taxes = list(invoice.taxes.order_by("percent"))
    tax_of: dict[int, Decimal] = {}
    for tax in taxes:
        taxed = [
            line
            for line in lines
            if (line.tax_percent, line.treatment) == (tax.percent, tax.treatment)
        ]
        cut = shares(tax.amount, [line.amount for line in taxed], currency=invoice.currency)
        tax_of |= {line.position: part for line, part in zip(taxed, cut, strict=True)}
    zone = invoice.company.zone
    issued_on = invoice.issued_at.astimezone(zone).date()
    return Document(
        number=invoice.number or "",
        contact=contact,
        currency=invoice.currency,
        issued_on=issued_on,
        due_on=invoice.due_at.astimezone(zone).date() if invoice.due_at else issued_on,
        lines=[
            Line(
                description=line.description[:LONGEST_LINE],
                amount=line.amount,
                tax_percent=line.tax_percent,
                treatment=line.treatment,
                tax=tax_of.get(line.position, NOTHING),
            )
            for line in lines
        ],
        taxes=[Tax(tax.name, tax.percent, tax.amount, tax.reason) for tax in taxes],
        total=invoice.total,
    )


def allocations_of(company: Company) -> Sequence[Allocation]:
    """All that paid the company's invoices, in its order, with where it came from."""
    return list(
        Allocation.objects.filter(invoice__company=company)
        .select_related("invoice", "credit__payment", "credit__invoice")
        .order_by("id")
    )


def source_of(allocation: Allocation, system: System) -> Source:
    """What paid: money, a credit note, or something else that only we know of. Money that came
    from the system itself and pays another invoice is credit there."""
    payment = getattr(allocation.credit, "payment", None)
    if payment is not None:
        return Source.OTHER if payment.gateway == system else Source.MONEY
    return Source.CREDIT_NOTE if _note_behind(allocation) else Source.OTHER


def came_from(allocation: Allocation, system: System) -> IncomingPayment | None:
    """The payment in the system that this allocation is, made there for the same invoice."""
    payment = getattr(allocation.credit, "payment", None)
    if payment is None or payment.gateway != system:
        return None
    arrived = IncomingPayment.objects.filter(system=system, payment=payment).first()
    if arrived is None:
        return None
    paid = work_for_invoice(system, arrived.external_invoice)
    is_same = paid is not None and paid.subject == str(allocation.invoice_id)
    return arrived if is_same else None


def settlement_of(work: SyncWork, *, contact: str) -> Settlement:
    """A payment, or one that was taken back, as the system is to hear of it."""
    allocation = Allocation.objects.select_related(
        "invoice", "credit__payment", "credit__invoice"
    ).get(pk=int(work.subject))
    system = System(work.system)
    invoice = allocation.invoice
    back = "-BACK" if work.operation == Operation.REVERSAL else ""
    note = _note_behind(allocation)
    return Settlement(
        reference=f"{OURS}{invoice.number}-{allocation.pk}{back}",
        contact=contact,
        invoice=external_id_of(system, Operation.INVOICE, invoice.pk),
        credit_note=external_id_of(system, Operation.CREDIT, note.pk) if note else "",
        amount=work.amount or NOTHING,
        currency=work.currency,
        paid_at=allocation.at,
        source=source_of(allocation, system),
        credit=_credit_on(invoice, system),
        is_paid=not invoice.payable,
    )


def sent_for(invoice_id: UUID, system: System) -> QuerySet[SyncWork]:
    """Payments and their reversals that were asked for on an invoice."""
    allocations = [
        str(pk) for pk in Allocation.objects.filter(invoice=invoice_id).values_list("pk", flat=True)
    ]
    return SyncWork.objects.filter(
        system=system,
        operation__in=[Operation.PAYMENT, Operation.REVERSAL],
        subject__in=allocations,
    )


def _credit_on(invoice: Invoice, system: System) -> Decimal:
    """All that is paid of an invoice by other things than money, in minor units."""
    allocations = Allocation.objects.filter(invoice=invoice, released_at=None).select_related(
        "credit__payment", "credit__invoice"
    )
    notes_and_others = [
        str(allocation.pk)
        for allocation in allocations
        if source_of(allocation, system) is not Source.MONEY and not came_from(allocation, system)
    ]
    rows = SyncWork.objects.filter(
        system=system, operation=Operation.PAYMENT, subject__in=notes_and_others
    )
    return rows.aggregate(total=Sum("amount"))["total"] or NOTHING


def _note_behind(allocation: Allocation) -> Invoice | None:
    note: Invoice | None = getattr(allocation.credit, "invoice", None)
    return note if note is not None and note.kind == Invoice.Kind.CREDIT_NOTE else None
