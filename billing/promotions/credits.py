"""Promo credit: granted, spent before other money, expired."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.companies.models import Company
from accounts.events.actions import publish
from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.models import Account, AccountKind, Entry, EntryKind
from billing.ledger.queries import lock_payer
from billing.promotions.calc import spend
from billing.promotions.models import CreditLot, CreditsRead, Redemption
from billing.promotions.queries import consumed_since_read, lots_to_spend


def grant_credit(
    redemption: Redemption, account: Account, *, expires_at: datetime | None, by: str, at: datetime
) -> CreditLot:
    """promotions −, customer +; the account is locked."""
    code, amount = redemption.code, redemption.code.amount or Decimal(0)
    read_consumption(account)
    entry = _book(redemption.company, redemption.pk, amount, code=str(code), by=by, at=at)
    read_consumption(account)
    return CreditLot.objects.create(
        redemption=redemption,
        company=redemption.company,
        currency=account.currency,
        amount=amount,
        left=amount,
        expires_at=expires_at,
        entry=entry,
    )


def read_consumption(account: Account, *, until: datetime | None = None) -> None:
    """Take what was consumed since the last time from the credit; the account is locked."""
    assert account.company is not None
    used, through = consumed_since_read(account, until=until)
    lots = list(lots_to_spend(account.company))
    for lot, left in zip(lots, spend([lot.left for lot in lots], used), strict=True):
        lot.left = left
    CreditLot.objects.bulk_update(lots, ["left"])
    CreditsRead.objects.update_or_create(company=account.company, defaults={"through_leg": through})


@transaction.atomic
def expire_credit(lot_id: int, *, at: datetime) -> bool:
    """Take back what is left of a credit at its end; False when nothing was."""
    lot = CreditLot.objects.get(pk=lot_id)
    account = lock_payer(lot.company_id, lot.currency)
    lot = CreditLot.objects.select_related("company", "redemption__code").get(pk=lot_id)
    read_consumption(account, until=lot.expires_at)
    lot.refresh_from_db(fields=["left"])
    if not lot.left:
        return False
    code = str(lot.redemption.code)
    lot.expired_by = _book(
        lot.company, f"{lot.redemption_id}:expired", -lot.left, code=code, by="system", at=at
    )
    lot.left = Decimal(0)
    lot.save(update_fields=["left", "expired_by"])
    return True


@transaction.atomic
def unspent_credit(company: Company, currency: str) -> Decimal:
    """How much of the balance is promo credit, which is never paid out."""
    read_consumption(lock_payer(company.pk, currency))
    return sum((lot.left for lot in lots_to_spend(company)), Decimal(0))


def _book(
    company: Company, name: UUID | str, amount: Decimal, *, code: str, by: str, at: datetime
) -> Entry:
    currency = company.billing_profile.currency
    entry = make_entry(
        EntryKind.PROMOTION,
        company=company,
        legs=[
            LegSpec(AccountKind.PROMOTIONS, -amount, currency),
            LegSpec(AccountKind.CUSTOMER, amount, currency, company),
        ],
        key=f"promotion:{name}",
        at=at,
        by=by,
        description=f"Promo code {code}" if amount > 0 else f"Promo code {code} has expired",
    )
    publish("promotion.booked", company=company, data={"code": code}, at=at)
    return entry
