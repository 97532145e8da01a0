"""Charges that are not usage, booked: rows, totals and one entry per company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from billing.ledger.actions import make_entries, prepare_entries
from billing.ledger.execution import run
from billing.ledger.models import EntryKind
from billing.metering.batches import new_prefix
from billing.metering.enforcement import enforce
from billing.metering.snapshots import snapshot_at, timelines
from billing.metering.statements.arriving import LOCK
from billing.metering.statements.charging import CHARGE_FEES
from billing.subscriptions.models import Subscription


@dataclass(frozen=True, kw_only=True)
class NewCharge:
    """A charge to be booked; `name` is its identity among charges of the kind.

    It is of a subscription and a version of its plan, or of the company alone and has a `label`.
    Without a `tax` of its own it is taxed.
    """

    kind: str
    name: str
    company_id: UUID
    started_at: datetime
    amount: Decimal
    subscription: Subscription | None = None
    version_id: UUID | None = None
    tax: Decimal | None = None
    exchange_rate_id: UUID | None = None
    session: str = ""
    label: str = ""


def book_charges(
    charges: Sequence[NewCharge],
    *,
    entry_kind: EntryKind,
    description: str,
    by: str,
    at: datetime,
) -> int:
    """Book what has not been booked before; returns how many that were.

    Taxed as of their own time. Locks the accounts and enforces what the new balances ask for. The
    periods exist already.
    """
    companies = sorted({charge.company_id for charge in charges})
    run(LOCK, {"companies": companies}, rows=len(companies))
    prepare_entries()
    starts = [charge.started_at for charge in charges]
    held = timelines(companies, first=min(starts), last=max(starts))
    given = (
        _columns(charges)
        | held.columns
        | {
            "companies": companies,
            "prefix": new_prefix(),
            "entry_prefix": new_prefix(),
            "features_id": snapshot_at(at),
            "entry_kind": entry_kind.value,
            "by": by,
            "description": description,
            "at": at,
        }
    )
    made: int = run(CHARGE_FEES, given, rows=len(charges)).fetchall()[0][0]
    make_entries(about=len(companies))
    enforce(companies, at=at)
    return made


def _columns(charges: Sequence[NewCharge]) -> dict[str, object]:
    subscriptions = [charge.subscription for charge in charges]
    return {
        "kinds": [charge.kind for charge in charges],
        "external_ids": [charge.name for charge in charges],
        "company_ids": [charge.company_id for charge in charges],
        "subscription_ids": [row.pk if row else None for row in subscriptions],
        "version_ids": [charge.version_id for charge in charges],
        "subjects": [row.subject if row else "" for row in subscriptions],
        "sessions": [charge.session for charge in charges],
        "labels": [charge.label for charge in charges],
        "started_ats": [charge.started_at for charge in charges],
        "amounts": [charge.amount for charge in charges],
        "taxes": [charge.tax for charge in charges],
        "exchange_rates": [charge.exchange_rate_id for charge in charges],
    }
