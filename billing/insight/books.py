"""The books prove themselves: every invariant that SQL can prove, asked of the whole database.

All checks of a run see one instant (REPEATABLE READ), so a run may go on beside the workers. What
a check finds is a fault of the program or the work of a hand in the database, never of a customer;
nothing is mended here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import structlog
from django.db import connection, transaction
from uuid_utils.compat import uuid7

from billing.insight.audit import guards, invoicing, ledger, metering, payments, promotions
from billing.insight.audit.checks import Check
from billing.insight.models import BooksAudit

CHECKS: tuple[Check, ...] = (
    *ledger.CHECKS,
    *metering.CHECKS,
    *payments.CHECKS,
    *invoicing.CHECKS,
    *promotions.CHECKS,
    *guards.CHECKS,
)
MOST_FINDINGS = 50

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Proof:
    """What a check found: how much it looked at, how much is wrong, the first findings."""

    check: Check
    examined: int
    faults: int
    findings: list[str]
    took_ms: int

    @property
    def holds(self) -> bool:
        return self.faults == 0


def prove(check: Check) -> Proof:
    """Ask one check of the database as the present transaction sees it."""
    began = monotonic()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(fault), coalesce((array_agg(subject || ' ' || fault)"  # noqa: S608
            f" FILTER (WHERE fault IS NOT NULL))[1:{MOST_FINDINGS}], '{{}}')"
            f" FROM ({check.sql}) AS looked_at",
            dict(check.parameters()),
        )
        examined, faults, findings = cursor.fetchone()
    return Proof(check, examined, faults, findings, round((monotonic() - began) * 1000))


def prove_books() -> list[Proof]:
    """All checks at one instant."""
    is_inside = connection.in_atomic_block
    with transaction.atomic():
        if not is_inside:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return [prove(check) for check in CHECKS]


def audit(*, at: datetime) -> int:
    """Prove the books and keep the result for the staff's Books page; returns the faults found."""
    proofs = prove_books()
    run = uuid7()
    BooksAudit.objects.bulk_create(
        BooksAudit(
            run=run,
            name=proof.check.name,
            proves=proof.check.proves,
            is_ok=proof.holds,
            examined=proof.examined,
            faults=proof.faults,
            findings=proof.findings,
            took_ms=proof.took_ms,
            checked_at=at,
        )
        for proof in proofs
    )
    for proof in proofs:
        if not proof.holds:
            log.error("books_do_not_agree", check=proof.check.name, findings=proof.findings)
    return sum(proof.faults for proof in proofs)
