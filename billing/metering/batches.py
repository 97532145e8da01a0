"""One batch of usage: from arrivals to charges, entries and stopped services, in one transaction.

API, files and the inbox share this path. A batch happens whole or not at all; a deadlock is tried
again, and a batch that the database refuses is halved until the poisonous record stands alone and
becomes a reject.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from psycopg import Cursor
from psycopg.errors import DeadlockDetected, NotNullViolation, SerializationFailure
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from billing.ledger.actions import make_entries, prepare_entries
from billing.ledger.execution import run
from billing.ledger.models import EntryKind
from billing.metering.converting import convert_prices
from billing.metering.enforcement import enforce
from billing.metering.firsts import note_first_usage
from billing.metering.models import RejectCode
from billing.metering.snapshots import timelines
from billing.metering.statements import arriving, settling
from billing.metering.statements.rating import KEYED, Needs, rate
from billing.subscriptions.periods import ensure_period, open_period

ATTEMPTS = 5
CONFLICT = "conflict"
_PREFIX_DIGITS = 26
_LABELS = json.dumps(dict(RejectCode.choices))


_PASSING = (DeadlockDetected, SerializationFailure, NotNullViolation)
LEAVE_ALL = "INSERT INTO leftover SELECT n FROM usage_row"


def prepare_batch() -> None:
    """Make the temporary tables of a batch, empty."""
    with connection.cursor() as cursor:
        cursor.execute(f"{arriving.TABLES}; {arriving.CLEAR}")


def new_prefix() -> str:
    """The beginning of the ids of a batch: a UUIDv7 without its last six hex digits."""
    return uuid7().hex[:_PREFIX_DIGITS]


class Work(Protocol):
    """Records to rate as one batch, and how to cope when the database refuses them."""

    @property
    def size(self) -> int:
        """How many records at most."""
        ...

    def resolve(self, batch: Batch) -> int:
        """Put the records into `usage_row`, numbered from 1 in order of arrival; how many."""
        ...

    def halves(self) -> tuple[Work, Work]: ...

    def as_poison(self) -> Work:
        """The one record, to be rejected."""
        ...


class Leftover(NamedTuple):
    """A record that was not rated and is no duplicate: a conflict, or the code of its reject."""

    n: int
    external_id: str
    detail: str
    outcome: str


class Charged(NamedTuple):
    """A company to be charged, and what its records need beyond the usual."""

    company_id: UUID
    has_allowances: bool
    has_tiers: bool
    has_sessions: bool
    has_first_usage: bool
    has_foreign: bool
    first: datetime
    last: datetime
    wants_periods: bool


@dataclass(frozen=True)
class Survey:
    """The companies of a batch."""

    charged: list[Charged]

    @property
    def companies(self) -> list[UUID]:
        return [each.company_id for each in self.charged]

    def has(self, need: Callable[[Charged], bool]) -> bool:
        return any(map(need, self.charged))


@dataclass(frozen=True)
class Batch:
    """One transaction's batch of at most `rows` records. `prefix` begins the ids of its charges,
    `n` in hex ends them."""

    rows: int
    scope: UUID | None
    at: datetime
    prefix: str = field(default_factory=new_prefix)
    entry_prefix: str = field(default_factory=new_prefix)

    def run(self, statement: str, **more: object) -> int:
        """Execute a statement of this batch; returns the rows it touched."""
        return self._execute(statement, more).rowcount

    def rows_of(self, statement: str, **more: object) -> list[tuple[Any, ...]]:
        return self._execute(statement, more).fetchall()

    def ids_of(self, statement: str, **more: object) -> list[UUID]:
        return [pk for (pk,) in self.rows_of(statement, **more)]

    def _execute(self, statement: str, more: dict[str, object]) -> Cursor[tuple[Any, ...]]:
        given = {
            "prefix": self.prefix,
            "entry_prefix": self.entry_prefix,
            "scope": self.scope,
            "at": self.at,
        }
        return run(statement, given | more, rows=self.rows)


@dataclass
class Outcome:
    """Where the records went: the four counts add up to `received`. `prefixes` find the charges."""

    received: int = 0
    accepted: int = 0
    duplicates: int = 0
    conflicts: int = 0
    rejected: int = 0
    leftovers: list[Leftover] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """Append the outcome of the records that follow."""
        moved = [part._replace(n=part.n + self.received) for part in other.leftovers]
        self.leftovers += moved
        self.prefixes += other.prefixes
        self.received += other.received
        self.accepted += other.accepted
        self.duplicates += other.duplicates
        self.conflicts += other.conflicts
        self.rejected += other.rejected


def rate_work(work: Work, *, source: str, scope: UUID | None, at: datetime) -> Outcome:
    """Rate the records; each ends as rated, duplicate, conflict or reject."""
    try:
        return _rate_patiently(work, source=source, scope=scope, at=at)
    except (DataError, IntegrityError):
        if work.size == 1:
            return _rate_patiently(work.as_poison(), source=source, scope=scope, at=at)
    outcome = Outcome()
    for half in work.halves():
        outcome.add(rate_work(half, source=source, scope=scope, at=at))
    return outcome


def _rate_patiently(work: Work, *, source: str, scope: UUID | None, at: datetime) -> Outcome:
    """Try again after a deadlock, and when a period was issued between looking and locking."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return _rate_once(work, source=source, scope=scope, at=at)
        except (OperationalError, IntegrityError) as error:
            is_last = attempt == ATTEMPTS or connection.in_atomic_block
            if is_last or not isinstance(error.__cause__, _PASSING):
                raise
    raise AssertionError


def _rate_once(work: Work, *, source: str, scope: UUID | None, at: datetime) -> Outcome:
    prepare_batch()
    batch = Batch(rows=work.size, scope=scope, at=at)
    received = work.resolve(batch)
    if received == 0:
        return Outcome()
    survey = take_survey(batch)
    left_over = _rate(batch, survey) if survey.charged else batch.run(LEAVE_ALL)
    outcome = _settle(batch, received=received, left_over=left_over)
    _keep_counts(outcome, source=source, at=at)
    if outcome.accepted:
        if survey.has(lambda company: company.has_first_usage):
            note_first_usage(batch.ids_of(settling.FIRST_USAGE), at=at)
        enforce(survey.companies, at=at)
    return outcome


def take_survey(batch: Batch) -> Survey:
    """Who is to be charged by the resolved records."""
    return Survey([Charged(*row) for row in batch.rows_of(arriving.SURVEY)])


def _rate(batch: Batch, survey: Survey) -> int:
    """Lock, rate and deduct what can be rated; returns how many records were not."""
    ensure_periods(survey)
    if survey.has(lambda company: company.has_foreign):
        convert_prices(batch)
    batch.run(arriving.LOCK, companies=survey.companies)
    prepare_entries()
    left_over = rate_resolved(batch, survey, entry_kind=EntryKind.USAGE, description="Usage")
    make_entries(about=len(survey.companies))
    return left_over


def rate_resolved(
    batch: Batch, survey: Survey, *, entry_kind: EntryKind, description: str, keyed: str = KEYED
) -> int:
    """Charges, totals and entries of the resolved records; their accounts are locked."""
    needs = _needs(batch, survey)
    if needs.allowances:
        batch.run(arriving.ALLOWANCES_WANTED)
    held = timelines(
        survey.companies,
        first=min(company.first for company in survey.charged),
        last=max(company.last for company in survey.charged),
    )
    return batch.run(
        rate(needs, keyed=keyed),
        companies=survey.companies,
        firsts=[company.first for company in survey.charged],
        lasts=[company.last for company in survey.charged],
        **held.columns,
        entry_kind=entry_kind.value,
        by="system",
        description=description,
    )


def _needs(batch: Batch, survey: Survey) -> Needs:
    has_sessions = survey.has(lambda company: company.has_sessions)
    return Needs(
        allowances=survey.has(lambda company: company.has_allowances),
        tiers=survey.has(lambda company: company.has_tiers),
        covers=has_sessions and batch.rows_of(arriving.HAS_COVERS)[0][0],
        foreign=survey.has(lambda company: company.has_foreign),
    )


def ensure_periods(survey: Survey) -> None:
    """The periods of use, and for those already issued the next one that is not."""
    for each in survey.charged:
        if each.wants_periods:
            company = Company.objects.get(pk=each.company_id)
            instant = each.first
            while instant <= each.last:
                open_period(company, instant)
                instant = ensure_period(company, instant).ends_at


def _settle(batch: Batch, *, received: int, left_over: int) -> Outcome:
    """Keep rejects and conflicts, and count."""
    others = [Leftover(*row) for row in batch.rows_of(settling.LEFTOVERS)] if left_over else []
    conflicts = [part.n for part in others if part.outcome == CONFLICT]
    rejects = [part.n for part in others if part.outcome != CONFLICT]
    if rejects:
        batch.run(settling.KEEP_REJECTS, taken=rejects, labels=_LABELS)
    if conflicts:
        batch.run(settling.KEEP_CONFLICTS, taken=conflicts)
    if left_over < received:
        batch.run(settling.SETTLE_REJECTS)
    return Outcome(
        received=received,
        accepted=received - left_over,
        duplicates=left_over - len(others),
        conflicts=len(conflicts),
        rejected=len(rejects),
        leftovers=others,
        prefixes=[batch.prefix],
    )


def _keep_counts(outcome: Outcome, *, source: str, at: datetime) -> None:
    counts = {
        "id": uuid7(),
        "source": source,
        "at": at,
        "received": outcome.received,
        "accepted": outcome.accepted,
        "duplicates": outcome.duplicates,
        "conflicts": outcome.conflicts,
        "rejected": outcome.rejected,
    }
    run(settling.KEEP_COUNTS, counts, rows=1)
