"""Charges of a company itself: late fees, shortfalls, discounts, surcharges, promotions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.companies.models import Company
from billing.ledger.exceptions import EntryKeyReused
from billing.ledger.models import EntryKind
from billing.metering.calc import INTERNAL
from billing.metering.charging import NewCharge, book_charges
from billing.metering.models import Charge, UsageKey
from billing.money.calc import round12
from billing.subscriptions.periods import ensure_period, open_period


@transaction.atomic
def charge_account(
    company: Company,
    kind: Charge.Kind,
    *,
    label: str,
    amount: Decimal,
    key: str,
    by: str,
    at: datetime,
    started_at: datetime | None = None,
) -> Charge:
    """Charge a company a net amount that belongs to no subscription; negative gives it back.

    Booked as usage is: balance −, uninvoiced +, tax by the company's rate. It becomes a line that
    says `label`, in the period of `started_at` (or of `at`), or the next one if that is invoiced.
    A key that has its charge returns it; with other content it raises EntryKeyReused.
    """
    about = started_at or at
    ensure_period(company, about)
    open_period(company, about)
    charge = NewCharge(
        kind=kind.value,
        name=key,
        company_id=company.pk,
        label=label,
        started_at=about,
        amount=round12(amount),
    )
    book_charges([charge], entry_kind=EntryKind.FEE, description=label, by=by, at=at)
    return _booked(charge)


def account_charge(kind: Charge.Kind, *, key: str) -> Charge | None:
    """The charge of that key, if it was made."""
    taken = UsageKey.objects.filter(source=f"{INTERNAL}{kind.value}", external_id=key).first()
    return None if taken is None else Charge.objects.get(pk=taken.charge_id)


def _booked(charge: NewCharge) -> Charge:
    """The charge that has the name."""
    key = UsageKey.objects.get(source=f"{INTERNAL}{charge.kind}", external_id=charge.name)
    found = Charge.objects.get(pk=key.charge_id)
    if (found.company_id, found.amount, found.label) != (
        charge.company_id,
        charge.amount,
        charge.label,
    ):
        raise EntryKeyReused(f"The key {charge.name} has a charge with other content.")
    return found
