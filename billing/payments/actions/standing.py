"""Counting failures in a row, and asking staff to look when they reach the limit."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.audit.actions import record
from accounts.companies.models import Company
from billing.payments.models import PaymentStanding
from features.queries import value


def note_failure(company: Company, *, at: datetime) -> None:
    """One more. At `payment_failure_limit` the company is flagged for review, not suspended."""
    standing, _ = PaymentStanding.objects.get_or_create(company=company)
    PaymentStanding.objects.filter(pk=standing.pk).update(
        failures_in_a_row=F("failures_in_a_row") + 1
    )
    limit = value("payment_failure_limit", at=at)
    flagged = PaymentStanding.objects.filter(
        pk=standing.pk, failures_in_a_row__gte=limit, review_since=None
    ).update(review_since=at)
    if flagged:
        _record_flag(company, reason=f"{limit} failed payments in a row", at=at)


def flag_for_review(company: Company, *, reason: str, at: datetime) -> None:
    """Staff should look, whatever the count says; only they take this flag away."""
    standing, _ = PaymentStanding.objects.get_or_create(company=company)
    standing.review_since = standing.review_since or at
    standing.review_reason = f"{standing.review_reason}; {reason}".strip("; ")[:300]
    standing.save(update_fields=["review_since", "review_reason"])
    _record_flag(company, reason=reason, at=at)


@transaction.atomic
def note_reviewed(company: Company, *, reason: str, by: str, at: datetime) -> bool:
    """Staff have looked: the flag goes, and the count starts again. False without a flag."""
    flagged = PaymentStanding.objects.filter(company=company).exclude(review_since=None)
    if not flagged.update(failures_in_a_row=0, review_since=None, review_reason=""):
        return False
    target = f"company:{company.pk}"
    record("company.reviewed", actor=by, at=at, company=company, target=target, reason=reason)
    return True


def note_success(company: Company) -> None:
    """A payment came in by whatever route: the count starts again and the flag of failures goes."""
    mine = PaymentStanding.objects.filter(company=company)
    mine.update(failures_in_a_row=0)
    mine.filter(review_reason="").update(review_since=None)


def _record_flag(company: Company, *, reason: str, at: datetime) -> None:
    record(
        "company.flagged_for_review",
        actor="system",
        at=at,
        company=company,
        target=f"company:{company.pk}",
        reason=reason,
    )
