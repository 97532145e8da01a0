"""Reads: which invoices have something due, how debts are pursued, what happens next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice, takewhile
from uuid import UUID

from django.db.models import Max, Min, Q, QuerySet

from accounts.companies.models import Company
from billing.currencies.queries import figure_in
from billing.dunning.calc import (
    DAY,
    Demand,
    Policy,
    Step,
    StepKind,
    late_fee,
    steps,
    suspends_at,
)
from billing.dunning.models import DunningClock, DunningStep
from billing.invoicing.models import Invoice
from billing.metering.account_charges import account_charge
from billing.metering.models import Charge
from billing.money.calc import round_minor
from features.models import FeatureValue
from features.queries import value

_POLICY_KEYS = (
    "suspended_account_billing",
    "reminder_interval_days",
    "suspension_days",
    "resource_deletion_days",
)
_UNPAID = (Invoice.Status.OPEN, Invoice.Status.OVERDUE)
_SHOWN_AHEAD = 4


def policy(*, at: datetime) -> Policy:
    """How debts are pursued as of `at`."""
    suspends = value("suspended_account_billing", at=at)
    return Policy(
        reminder_days=value("reminder_interval_days", at=at),
        suspension_days=value("suspension_days", at=at) if suspends else None,
        deletion_days=value("resource_deletion_days", at=at),
    )


def demanded() -> QuerySet[Invoice]:
    """Unpaid invoices with a due date: those of prepaid customers have none."""
    return Invoice.objects.filter(
        kind=Invoice.Kind.INVOICE, status__in=_UNPAID, due_at__isnull=False
    )


def demand_of(invoice: Invoice) -> Demand | None:
    """What the invoice asks for and since when; None when nothing is asked."""
    is_unpaid = invoice.kind == Invoice.Kind.INVOICE and invoice.status in _UNPAID
    if not is_unpaid or invoice.issued_at is None or invoice.due_at is None:
        return None
    return Demand(issued_at=invoice.issued_at, due_at=invoice.due_at)


def invoices_to_pursue(*, at: datetime) -> QuerySet[Invoice]:
    """Unpaid invoices without a clock, with one that has struck, or with one that was worked out
    before the provider changed the days."""
    changed = FeatureValue.objects.filter(key__in=_POLICY_KEYS, valid_from__lte=at)
    changed_at = changed.aggregate(last=Max("valid_from"))["last"]
    is_due = Q(dunning_clock=None) | Q(dunning_clock__next_at__lte=at)
    if changed_at is not None:
        is_due |= Q(dunning_clock__computed_at__lt=changed_at)
    return demanded().filter(is_due).order_by("issued_at", "id")


def settled_clocks() -> QuerySet[DunningClock]:
    """Clocks of invoices that ask for nothing any more."""
    return DunningClock.objects.exclude(invoice__in=demanded().values("pk"))


def suspended_for_debt() -> QuerySet[Company]:
    """Companies that the system has suspended: it does so for being overdue, and nothing else."""
    return Company.objects.filter(
        status=Company.Status.SUSPENDED, suspended_by=Company.StoppedBy.SYSTEM
    )


def suspending_invoices(company: Company, *, at: datetime) -> list[Invoice]:
    """The unpaid invoices for which the company is to be suspended as of `at`, oldest first."""
    pursued = policy(at=at)
    found = demanded().filter(company=company).order_by("issued_at", "id")
    return [invoice for invoice in found if _is_suspending(invoice, pursued, at=at)]


def are_resources_expired(company_id: UUID, *, at: datetime) -> bool:
    """Whether an unpaid invoice of the company has been overdue for the days after which its
    resources are deleted."""
    days = value("resource_deletion_days", at=at)
    if days is None:
        return False
    return demanded().filter(company=company_id, due_at__lte=at - days * DAY).exists()


def next_dunning_due(after: datetime) -> datetime | None:
    """When the next clock strikes, for the sandbox's clock."""
    later = DunningClock.objects.filter(next_at__gt=after)
    due: datetime | None = later.aggregate(at=Min("next_at"))["at"]
    return due


@dataclass(frozen=True)
class TimelineStep:
    """A step as people see it: past ones happened, the others will unless the invoice is paid.

    `late_fee` is what becoming overdue costs, before tax.
    """

    kind: StepKind
    number: int
    at: datetime
    is_past: bool
    late_fee: Decimal | None = None

    @property
    def label(self) -> str:
        return str(DunningStep.Kind(self.kind.value).label)


def timeline(invoice: Invoice, *, at: datetime) -> list[TimelineStep]:
    """What happened to an unpaid invoice, and the next steps; nothing ahead for a settled one."""
    charged, threatened = charged_late_fee(invoice), _late_fee_ahead(invoice, at=at)
    past = [
        TimelineStep(
            StepKind(step.kind),
            step.number,
            step.at,
            is_past=True,
            late_fee=charged if step.kind == DunningStep.Kind.OVERDUE else None,
        )
        for step in invoice.dunning_steps.all()
    ]
    return past + [
        TimelineStep(
            step.kind,
            step.number,
            step.at,
            is_past=False,
            late_fee=threatened if step.kind is StepKind.OVERDUE else None,
        )
        for step in islice(_ahead(invoice, at=at), _SHOWN_AHEAD)
    ]


def charged_late_fee(invoice: Invoice) -> Decimal | None:
    """What being overdue cost, before tax; None when it cost nothing."""
    charge = account_charge(Charge.Kind.LATE_FEE, key=str(invoice.pk))
    return None if charge is None else charge.amount


def _late_fee_ahead(invoice: Invoice, *, at: datetime) -> Decimal | None:
    """The fee as it is set now; another one may be set until the invoice is overdue."""
    return late_fee_of(invoice, at=at) or None


def late_fee_of(invoice: Invoice, *, at: datetime) -> Decimal:
    """What being overdue costs by what is set at an instant, before tax; an amount is converted
    into the invoice's currency."""
    rule = value("late_fee", at=at)
    fee = late_fee(rule, invoice.amount_due, currency=invoice.currency)
    if rule.endswith("%"):
        return fee
    return figure_in(fee, invoice.currency, at=at, rounded=round_minor)


def _ahead(invoice: Invoice, *, at: datetime) -> Iterator[Step]:
    demand = demand_of(invoice)
    if demand is None:
        return iter(())
    return (step for step in steps(demand, policy(at=at)) if step.at > at)


def passed_steps(demand: Demand, pursued: Policy, *, at: datetime) -> list[Step]:
    """The steps up to and including `at`."""
    return list(takewhile(lambda step: step.at <= at, steps(demand, pursued)))


def next_step_at(demand: Demand, pursued: Policy, *, after: datetime) -> datetime | None:
    return next((step.at for step in steps(demand, pursued) if step.at > after), None)


def _is_suspending(invoice: Invoice, pursued: Policy, *, at: datetime) -> bool:
    demand = demand_of(invoice)
    since = None if demand is None else suspends_at(demand, pursued)
    return since is not None and since <= at
