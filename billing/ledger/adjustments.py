"""Corrections by staff: proposed, then booked at once or after a second person's approval."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from djmoney.money import Money

from accounts.audit.actions import record
from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from accounts.events.actions import publish
from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.exceptions import (
    AdjustmentDecided,
    AdjustmentInvalid,
    AdjustmentKeyReused,
    SecondPersonNeeded,
    WrongCurrency,
)
from billing.ledger.models import AccountKind, Adjustment, EntryKind
from billing.ledger.queries import most_alone
from billing.money.calc import minor_digits, plain
from billing.profiles.queries import profile_of

Status = Adjustment.Status


@transaction.atomic
def propose_adjustment(
    company: Company,
    *,
    amount: Money,
    reason: str,
    key: str,
    by: str,
    at: datetime,
    against: str = AccountKind.PROMOTIONS,
) -> Adjustment:
    """Correct a balance: positive raises it, negative lowers it, `against` is the other side.

    Up to the setting `four_eyes_amount` it is booked at once; above it waits for somebody else.
    A key that has its adjustment returns it; with other content it raises AdjustmentKeyReused.
    """
    lock_company(company.pk)
    known = Adjustment.objects.filter(key=key).first()
    if known:
        return _same(known, company, amount=amount, reason=reason)
    _check(company, amount, reason=reason)
    adjustment = Adjustment.objects.create(
        company=company,
        amount=amount.amount,
        currency=str(amount.currency),
        against=against,
        reason=reason.strip(),
        key=key,
        proposed_by=by,
        proposed_at=at,
    )
    _audit("adjustment.proposed", adjustment, by=by, at=at)
    if abs(amount.amount) <= most_alone(str(amount.currency), at=at):
        _book(adjustment, by=by, at=at)
    return adjustment


@transaction.atomic
def approve_adjustment(adjustment_id: UUID, *, by: str, at: datetime) -> Adjustment:
    """Book a proposed adjustment. Raises AdjustmentDecided, SecondPersonNeeded."""
    adjustment = _undecided(adjustment_id, by=by)
    _book(adjustment, by=by, at=at)
    return adjustment


@transaction.atomic
def decline_adjustment(adjustment_id: UUID, *, by: str, at: datetime) -> Adjustment:
    """Drop a proposed adjustment; whoever proposed it may take it back."""
    adjustment = _undecided(adjustment_id, by=None)
    _decide(adjustment, Status.DECLINED, by=by, at=at)
    return adjustment


def _check(company: Company, amount: Money, *, reason: str) -> None:
    currency = profile_of(company.pk).currency
    if str(amount.currency) != currency:
        raise WrongCurrency(str(amount.currency), currency)
    if not amount.amount:
        raise AdjustmentInvalid("amount", "An adjustment of nothing changes nothing.")
    if not reason.strip():
        raise AdjustmentInvalid("reason", "Say why: it stays in the books.")


def _same(known: Adjustment, company: Company, *, amount: Money, reason: str) -> Adjustment:
    asked = (company.pk, amount.amount, str(amount.currency), reason.strip())
    if (known.company_id, known.amount, known.currency, known.reason) != asked:
        raise AdjustmentKeyReused
    return known


def _undecided(adjustment_id: UUID, *, by: str | None) -> Adjustment:
    """The adjustment, its company locked; `by` is who would be the second person."""
    adjustment = Adjustment.objects.get(pk=adjustment_id)
    lock_company(adjustment.company_id)
    adjustment.refresh_from_db()
    if adjustment.status != Status.PROPOSED:
        raise AdjustmentDecided(adjustment.status)
    if by == adjustment.proposed_by:
        raise SecondPersonNeeded
    return adjustment


def _book(adjustment: Adjustment, *, by: str, at: datetime) -> None:
    against, amount, currency = (
        AccountKind(adjustment.against),
        adjustment.amount,
        adjustment.currency,
    )
    adjustment.entry = make_entry(
        EntryKind.WRITE_OFF if against == AccountKind.WRITE_OFF else EntryKind.ADJUSTMENT,
        company=adjustment.company,
        legs=[
            LegSpec(against, -amount, currency),
            LegSpec(AccountKind.CUSTOMER, amount, currency, adjustment.company),
        ],
        key=f"adjustment:{adjustment.pk}",
        at=at,
        by=by,
        description="Adjustment",
        reason=adjustment.reason,
    )
    _decide(adjustment, Status.BOOKED, by=by, at=at)
    publish(
        "adjustment.booked",
        company=adjustment.company,
        data={
            "id": str(adjustment.pk),
            "amount": plain(amount, at_least=minor_digits(currency)),
            "currency": currency,
        },
        at=at,
    )


def _decide(adjustment: Adjustment, status: Status, *, by: str, at: datetime) -> None:
    adjustment.status, adjustment.decided_by, adjustment.decided_at = status, by, at
    adjustment.save(update_fields=["status", "decided_by", "decided_at", "entry"])
    _audit(f"adjustment.{status}", adjustment, by=by, at=at)


def _audit(action: str, adjustment: Adjustment, *, by: str, at: datetime) -> None:
    record(
        action,
        actor=by,
        at=at,
        company=adjustment.company,
        target=f"ledger_adjustment:{adjustment.pk}",
        after={"amount": str(adjustment.amount), "currency": adjustment.currency},
        reason=adjustment.reason,
    )
