"""Charges rated anew, after a plan was changed in the past or a price was wrong.

Each charge that stands is reversed and its record rated by what holds now, in the order in which
the records first arrived, in one transaction. A dry run does the same and takes it all back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from accounts.access.exceptions import Refused
from accounts.audit.actions import record
from accounts.companies.models import Company
from billing.ledger.actions import make_entries, prepare_entries
from billing.ledger.models import EntryKind
from billing.metering.batches import (
    Batch,
    ensure_periods,
    new_prefix,
    prepare_batch,
    rate_resolved,
    take_survey,
)
from billing.metering.choosing import choose_prices
from billing.metering.converting import convert_prices
from billing.metering.enforcement import enforce
from billing.metering.snapshots import timelines
from billing.metering.statements import arriving, rerating

MOST_CHARGES = 1_000_000


class Stretch(NamedTuple):
    """Half-open time of use of a company."""

    company_id: UUID
    start: datetime
    end: datetime


class TooManyCharges(Refused):
    """One transaction is not for so many."""

    def __init__(self) -> None:
        super().__init__(
            "too_many_charges", f"More than {MOST_CHARGES} charges: choose a shorter time.", "to"
        )


@dataclass(frozen=True)
class Selection:
    """Charges of a company or of a source, by time of use; half-open."""

    start: datetime
    end: datetime
    company: Company | None = None
    source: str | None = None


@dataclass(frozen=True)
class Rerated:
    """How many charges were rated anew, and their net amounts without tax before and after."""

    charges: int
    before: Decimal
    after: Decimal


NOTHING = Rerated(0, Decimal(0), Decimal(0))


@transaction.atomic
def rerate(selection: Selection, *, by: str, at: datetime) -> Rerated:
    """Reverse the charges and rate their records anew."""
    reversal_prefix = new_prefix()  # before that of the batch: reversals come first
    batch = _take(selection, at=at)
    result = _rerate(batch, reversal_prefix=reversal_prefix) if batch else NOTHING
    record(
        "charges.rerated",
        actor=by,
        at=at,
        company=selection.company,
        target=selection.source or "",
        after={
            "from": selection.start,
            "to": selection.end,
            "charges": result.charges,
            "before": str(result.before),
            "after": str(result.after),
        },
    )
    return result


def preview_rerating(selection: Selection, *, by: str, at: datetime) -> Rerated:
    """What `rerate` would do; nothing is kept."""
    with transaction.atomic():
        result = rerate(selection, by=by, at=at)
        transaction.set_rollback(True)
    return result


@transaction.atomic
def rerate_stretches(stretches: Sequence[Stretch], *, at: datetime) -> None:
    """Rate the usage of each stretch anew and tax its fees anew.

    Within periods that are not issued it takes no lock but those of the companies' accounts.
    """
    if not stretches:
        return
    reversal_prefix = new_prefix()
    where = _columns(stretches)
    batch = _taken(rerating.TAKE_STRETCHES, at=at, **where)
    if batch:
        _rerate(batch, reversal_prefix=reversal_prefix)
    _retax(stretches, at=at)


def _retax(stretches: Sequence[Stretch], *, at: datetime) -> None:
    companies = [each.company_id for each in stretches]
    first, last = min(each.start for each in stretches), max(each.end for each in stretches)
    held = timelines(companies, first=first, last=last)
    prepare_batch()
    batch = Batch(rows=len(companies), scope=None, at=at)
    batch.run(arriving.LOCK, companies=companies)
    prepare_entries()
    made: int = batch.rows_of(
        rerating.RETAX,
        **_columns(stretches),
        **held.columns,
        reversal_prefix=new_prefix(),
        entry_kind=EntryKind.RERATING.value,
        by="system",
        description="Fees taxed anew",
    )[0][0]
    make_entries(about=len(companies))
    if made:
        enforce(companies, at=at)


def _columns(stretches: Sequence[Stretch]) -> dict[str, object]:
    return {
        "companies": [each.company_id for each in stretches],
        "firsts": [each.start for each in stretches],
        "lasts": [each.end for each in stretches],
    }


def _take(selection: Selection, *, at: datetime) -> Batch | None:
    """The records of the charges, resolved by what holds now; None when there are none."""
    return _taken(
        rerating.TAKE,
        at=at,
        company=selection.company.pk if selection.company else None,
        source=selection.source,
        first=selection.start,
        last=selection.end,
    )


def _taken(statement: str, *, at: datetime, **parameters: object) -> Batch | None:
    prepare_batch()
    batch = Batch(rows=MOST_CHARGES, scope=None, at=at)
    taken = batch.run(statement, **parameters)
    if taken > MOST_CHARGES:
        raise TooManyCharges
    batch = Batch(rows=taken, scope=None, at=at)
    if taken:
        batch.run(arriving.RESOLVE)
        choose_prices(batch)
        batch.run(rerating.KEEP)
    return batch if taken else None


def _rerate(batch: Batch, *, reversal_prefix: str) -> Rerated:
    survey = take_survey(batch)
    if not survey.charged:
        return NOTHING
    ensure_periods(survey)
    if survey.has(lambda company: company.has_foreign):
        convert_prices(batch)
        batch.run(rerating.KEEP)
    companies = batch.ids_of(rerating.COMPANIES)
    batch.run(arriving.LOCK, companies=companies)
    prepare_entries()
    charges, before, _ = batch.rows_of(
        rerating.REVERSE,
        reversal_prefix=reversal_prefix,
        entry_prefix=new_prefix(),
        entry_kind=EntryKind.RERATING.value,
        by="system",
        description="Usage taken back",
    )[0]
    rate_resolved(
        batch,
        survey,
        entry_kind=EntryKind.RERATING,
        description="Usage rated anew",
        keyed=rerating.KEYED,
    )
    make_entries(about=len(companies))
    after, _ = batch.rows_of(rerating.SUM_OF_CHARGES)[0]
    enforce(companies, at=batch.at)
    return Rerated(charges=charges, before=before, after=after)
