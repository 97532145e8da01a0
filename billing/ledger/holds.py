"""Holds: money set aside before use, so that "stops at zero" is exact.

`held` of the account is the sum of its active holds and changes under the account's lock, in the
transaction that changes the hold. A hold never moves money: what was used is booked by whoever
commits it (`billing.metering` writes the charge), and a commit is never refused.

Locks: the account, then the hold. `take_hold` and `end_hold` are for callers who hold the
account's lock because they price or book in the same transaction; the others lock by themselves.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NotRequired, TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum
from djmoney.money import Money

from accounts.companies.models import Company
from billing.ledger.exceptions import (
    HoldEnded,
    HoldKeyReused,
    InsufficientBalance,
    InvalidHold,
    WrongCurrency,
)
from billing.ledger.models import Account, Hold
from billing.ledger.queries import lock_account, lock_hold
from billing.profiles.queries import floor, profile_of

NOTHING = Decimal(0)
HOLDS_AT_ONCE = 200
Status = Hold.Status


class Purpose(TypedDict):
    """What the money is held for, as far as it is known."""

    subject: NotRequired[str]
    meter: NotRequired[str]
    country: NotRequired[str]
    quantity: NotRequired[Decimal | None]
    session: NotRequired[str]


@transaction.atomic
def place_hold(
    company: Company,
    *,
    amount: Money,
    reference: str,
    expires_in: timedelta,
    key: str,
    at: datetime,
    **purpose: Unpack[Purpose],
) -> Hold:
    """Set the whole amount aside, or raise InsufficientBalance with what is missing.

    A key that has its hold already returns that hold; other content raises HoldKeyReused.
    """
    account = _locked(company, str(amount.currency))
    return _known(key, account, reference=reference) or take_hold(
        account,
        amount=amount.amount,
        reference=reference,
        expires_at=at + expires_in,
        key=key,
        at=at,
        **purpose,
    )


@transaction.atomic
def place_partial_hold(
    company: Company,
    *,
    amount: Money,
    reference: str,
    expires_in: timedelta,
    key: str,
    at: datetime,
    **purpose: Unpack[Purpose],
) -> Hold:
    """Set aside the amount, or what is left of it, which is then the final unit (`is_final`).

    Raises InsufficientBalance when nothing is left at all.
    """
    account = _locked(company, str(amount.currency))
    known = _known(key, account, reference=reference)
    if known:
        return known
    left = spendable(account, at=at)
    granted = amount.amount if left is None else min(amount.amount, left)
    if granted <= 0 < amount.amount:
        raise InsufficientBalance(amount.amount - (left or NOTHING), account.currency)
    return take_hold(
        account,
        amount=granted,
        reference=reference,
        expires_at=at + expires_in,
        key=key,
        at=at,
        is_final=granted < amount.amount,
        **purpose,
    )


def take_hold(
    account: Account,
    *,
    amount: Decimal,
    reference: str,
    expires_at: datetime,
    key: str,
    at: datetime,
    is_final: bool = False,
    **purpose: Unpack[Purpose],
) -> Hold:
    """Set the amount aside on an account that the caller has locked.

    Only a quantity may cost nothing: the units that a plan includes. Raises InsufficientBalance;
    a key that is in the table already is an IntegrityError, so look for it first (`hold_of_key`).
    """
    is_free = amount == 0 and purpose.get("quantity") is not None
    if (amount <= 0 and not is_free) or expires_at <= at:
        raise InvalidHold
    _cover(account, amount, at=at)
    hold = Hold.objects.create(
        company_id=_company_id(account),
        account=account,
        amount=amount,
        is_final=is_final,
        reference=reference,
        key=key,
        placed_at=at,
        expires_at=expires_at,
        **purpose,
    )
    _move_held(account, amount)
    return hold


def end_hold(hold: Hold, *, status: Status, at: datetime, charge_id: UUID | None = None) -> Hold:
    """End a hold whose account and row the caller has locked (`lock_hold`).

    What is still set aside goes back. A hold that had ended before may still be committed,
    because the service was rendered; ending it otherwise changes nothing.
    """
    was_active = hold.status == Status.ACTIVE
    if not was_active and (status != Status.COMMITTED or hold.status == Status.COMMITTED):
        return hold
    hold.status, hold.ended_at, hold.charge_id = status, at, charge_id
    hold.save(update_fields=["status", "ended_at", "charge_id"])
    if was_active:
        _move_held(hold.account, -hold.amount)
    return hold


@transaction.atomic
def extend_hold(
    hold_id: UUID,
    *,
    more: Decimal,
    expires_in: timedelta,
    at: datetime,
    more_quantity: Decimal | None = None,
) -> Hold:
    """Set `more` aside beside what is held already, and let it live `expires_in` from now.

    Raises HoldEnded, InsufficientBalance.
    """
    hold = locked_hold(hold_id)
    if hold.status != Status.ACTIVE or hold.expires_at <= at:
        raise HoldEnded(hold.status if hold.status != Status.ACTIVE else Status.EXPIRED)
    if more < 0 or expires_in <= timedelta():
        raise InvalidHold
    _cover(hold.account, more, at=at)
    hold.amount += more
    hold.expires_at = at + expires_in
    if more_quantity is not None:
        hold.quantity = (hold.quantity or NOTHING) + more_quantity
    hold.save(update_fields=["amount", "expires_at", "quantity"])
    _move_held(hold.account, more)
    return hold


@transaction.atomic
def release_hold(hold_id: UUID, *, at: datetime) -> Hold:
    """Give back what was not used. Releasing again changes nothing; committed: HoldEnded."""
    hold = locked_hold(hold_id)
    if hold.status == Status.COMMITTED:
        raise HoldEnded(hold.status)
    return end_hold(hold, status=Status.RELEASED, at=at)


def locked_hold(hold_id: UUID) -> Hold:
    """The hold with its account, both locked in the order of the design."""
    hold = Hold.objects.select_related("account").get(pk=hold_id)
    account = lock_account(hold.company_id, hold.account.currency)
    hold = lock_hold(hold_id)
    hold.account = account
    return hold


def hold_of_key(key: str) -> Hold | None:
    return Hold.objects.filter(key=key).first()


def spendable(account: Account, *, at: datetime) -> Decimal | None:
    """How much may still be set aside on a locked account; None is without limit.

    Holds that are past their time are given back first, as the sweep would.
    """
    expire_holds(account, at=at)
    lowest = floor(profile_of(_company_id(account)))
    return None if lowest is None else (account.balance or NOTHING) - account.held - lowest


def expire_holds(account: Account, *, at: datetime) -> int:
    """Give back the holds of a locked account that are past their time; returns how many."""
    due = account.holds.filter(status=Status.ACTIVE, expires_at__lte=at)
    total = due.aggregate(total=Sum("amount"))["total"]
    if total is None:
        return 0
    expired: int = due.update(status=Status.EXPIRED, ended_at=at)
    _move_held(account, -total)
    return expired


@transaction.atomic
def release_due(*, at: datetime) -> int:
    """Give back what is due on some accounts that nobody else is working on; returns how many."""
    due = Hold.objects.filter(status=Status.ACTIVE, expires_at__lte=at).order_by("expires_at")
    accounts = (
        Account.objects.filter(pk__in=due.values("account")[:HOLDS_AT_ONCE])
        .order_by("pk")
        .select_for_update(no_key=True, skip_locked=True)
    )
    return sum(expire_holds(account, at=at) for account in list(accounts))


def _cover(account: Account, amount: Decimal, *, at: datetime) -> None:
    left = spendable(account, at=at)
    if left is not None and amount > max(left, NOTHING):
        raise InsufficientBalance(amount - left, account.currency)


def _move_held(account: Account, amount: Decimal) -> None:
    Account.objects.filter(pk=account.pk).update(held=F("held") + amount)
    account.held += amount


def _locked(company: Company, currency: str) -> Account:
    profile = profile_of(company.pk)
    if currency != profile.currency:
        raise WrongCurrency(currency, profile.currency)
    return lock_account(company.pk, currency)


def _known(key: str, account: Account, *, reference: str) -> Hold | None:
    hold = hold_of_key(key)
    if hold and (hold.account_id, hold.reference) != (account.pk, reference):
        raise HoldKeyReused
    return hold


def _company_id(account: Account) -> UUID:
    if account.company_id is None:
        raise ValueError(f"{account} is not a company's account.")
    return account.company_id
