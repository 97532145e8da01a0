"""Reservations: `reserve → commit → release`, so that "stops at zero" is exact.

Money or a quantity is set aside on the customer account before use. A commit is idempotent and
never refused: it charges what was used, and what the operator later tells of the same session is
charged only as far as it goes beyond.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import F
from djmoney.money import Money

from accounts.access.exceptions import Refused
from accounts.companies.models import Company
from billing.ledger.exceptions import HoldEnded, InsufficientBalance
from billing.ledger.holds import (
    end_hold,
    extend_hold,
    hold_of_key,
    locked_hold,
    spendable,
    take_hold,
)
from billing.ledger.models import Hold
from billing.ledger.queries import lock_account
from billing.metering.actions import Arrivals
from billing.metering.batches import rate_work
from billing.metering.calc import RESERVATIONS
from billing.metering.models import Charge, SessionCover
from billing.metering.quotes import quote
from billing.metering.records import read_record
from billing.metering.spending import charge_spending
from billing.money.calc import round12
from billing.profiles.queries import profile_of
from billing.subscriptions.models import Subscription
from billing.subscriptions.periods import ensure_period
from billing.subscriptions.queries import subscription_at

NOTHING = Decimal(0)


class UnknownSubject(Refused):
    """No subscription is in force for the subject."""

    def __init__(self) -> None:
        super().__init__("unknown_subject", "No subscription has this subject now.", "subject")


class CommittedOtherwise(Refused):
    """The hold was committed before, with another quantity or amount."""

    def __init__(self) -> None:
        super().__init__("hold_ended", "The hold was committed with other figures.", status=409)


class WrongMeasure(Refused):
    """A hold of a quantity is committed and extended by quantity, one of money by amount."""

    def __init__(self, wanted: str) -> None:
        super().__init__("wrong_measure", f"This hold is counted by {wanted}.", wanted)


@dataclass(frozen=True)
class Session:
    """What a reservation is for."""

    reference: str
    expires_in: timedelta
    session: str = ""
    country: str = ""
    meter: str = ""


@transaction.atomic
def reserve_quantity(
    subscription: Subscription,
    quantity: int,
    *,
    session: Session,
    key: str,
    at: datetime,
    is_partial: bool = False,
) -> Hold:
    """Set aside what the quantity would cost, included units first.

    `is_partial` grants what is left, as the final unit, and is refused only when nothing is.
    Raises CannotBePriced, InsufficientBalance. A key that has its hold already returns it.
    """
    ensure_period(subscription.company, at)
    account = lock_account(subscription.company_id, profile_of(subscription.company_id).currency)
    known = hold_of_key(key)
    if known:
        return known
    terms = quote(subscription, meter=session.meter, country=session.country, at=at)
    left = spendable(account, at=at)
    granted = quantity
    if is_partial and left is not None:
        granted = terms.most_for(max(NOTHING, left), at_most=quantity)
        if granted == 0 < quantity:
            raise InsufficientBalance(terms.gross(1) - left, account.currency)
    return take_hold(
        account,
        amount=terms.gross(granted),
        reference=session.reference,
        expires_at=at + session.expires_in,
        key=key,
        at=at,
        is_final=granted < quantity,
        subject=subscription.subject,
        meter=terms.rate.meter_id,
        country=session.country,
        quantity=Decimal(granted),
        session=session.session,
    )


@transaction.atomic
def extend_quantity(hold_id: UUID, more: int, *, expires_in: timedelta, at: datetime) -> Hold:
    """Set aside what `more` would cost beside what is held, for `expires_in` from now."""
    hold = locked_hold(hold_id)
    if hold.quantity is None:
        raise WrongMeasure("amount")
    if hold.status != Hold.Status.ACTIVE:
        raise HoldEnded(hold.status)
    terms = quote(_subscription(hold), meter=hold.meter, country=hold.country, at=at, but=hold)
    cost = terms.gross(int(hold.quantity) + more)
    return extend_hold(
        hold_id,
        more=max(NOTHING, cost - hold.amount),
        expires_in=expires_in,
        at=at,
        more_quantity=Decimal(more),
    )


@transaction.atomic
def commit_quantity(hold_id: UUID, quantity: int, *, at: datetime) -> tuple[Hold, Charge]:
    """Charge what was used of a reservation; the rest goes back."""
    hold = locked_hold(hold_id)
    if hold.quantity is None:
        raise WrongMeasure("amount")
    if hold.status == Hold.Status.COMMITTED:
        return hold, _same(hold, quantity=quantity)
    arrival = read_record(_record(hold, quantity), source=RESERVATIONS, at=at)
    rate_work(Arrivals([arrival]), source=RESERVATIONS, scope=None, at=at)
    charge = _rated(hold) or _estimated(hold, quantity, at=at)
    if hold.session:
        _cover(charge.subscription, hold.session, meter=hold.meter, quantity=charge.billed)
    end_hold(hold, status=Hold.Status.COMMITTED, at=at, charge_id=charge.pk)
    return hold, charge


@transaction.atomic
def commit_amount(hold_id: UUID, amount: Money, *, by: str, at: datetime) -> tuple[Hold, Charge]:
    """Charge money of a reservation, tax included; the rest goes back."""
    hold = locked_hold(hold_id)
    if hold.quantity is not None:
        raise WrongMeasure("quantity")
    if str(amount.currency) != hold.account.currency:
        raise Refused(
            "wrong_currency", f"The hold is in {hold.account.currency}.", "amount.currency"
        )
    if hold.status == Hold.Status.COMMITTED:
        return hold, _same(hold, gross=amount.amount)
    subscription = subscription_at(hold.subject, at=hold.placed_at) if hold.subject else None
    charge = charge_spending(
        hold.company,
        subscription,
        gross=amount.amount,
        name=str(hold.pk),
        session=hold.session,
        by=by,
        at=at,
    )
    if hold.session and subscription is not None:
        _cover(subscription, hold.session, amount=charge.amount)
    end_hold(hold, status=Hold.Status.COMMITTED, at=at, charge_id=charge.pk)
    return hold, charge


def subscription_of(subject: str, *, company: Company | None, at: datetime) -> Subscription:
    """The subscription in force for a subject, of that company if one is named."""
    subscription = subscription_at(subject, at=at)
    if subscription is None or company not in (None, subscription.company):
        raise UnknownSubject
    return subscription


def _record(hold: Hold, quantity: int) -> dict[str, object]:
    return {
        "id": str(hold.pk),
        "subject": hold.subject,
        "started_at": hold.placed_at,
        "quantity": quantity,
        "meter": hold.meter,
        "country": hold.country,
        "session": hold.session,
    }


def _rated(hold: Hold) -> Charge | None:
    return Charge.objects.filter(
        company=hold.company_id, source=RESERVATIONS, external_id=str(hold.pk), reverses=None
    ).first()


def _estimated(hold: Hold, quantity: int, *, at: datetime) -> Charge:
    """The charge at the price of the hold, when its subscription was taken back meanwhile."""
    share = Decimal(quantity) / hold.quantity if hold.quantity else NOTHING
    return charge_spending(
        hold.company,
        None,
        gross=round12(hold.amount * share),
        name=str(hold.pk),
        session=hold.session,
        by="system",
        at=at,
    )


def _subscription(hold: Hold) -> Subscription:
    return subscription_of(hold.subject, company=None, at=hold.placed_at)


def _same(hold: Hold, *, quantity: int | None = None, gross: Decimal | None = None) -> Charge:
    """The charge of the first commit, if this one says the same."""
    charge = Charge.objects.get(pk=str(hold.charge_id))
    if quantity not in (None, charge.quantity) or gross not in (None, charge.amount + charge.tax):
        raise CommittedOtherwise
    return charge


def _cover(
    subscription: Subscription | None,
    session: str,
    *,
    meter: str = "",
    quantity: int = 0,
    amount: Decimal = NOTHING,
) -> None:
    """Remember what has been charged of a session ahead of the operator's record."""
    cover, _ = SessionCover.objects.get_or_create(
        subscription=subscription, session=session, meter=meter
    )
    SessionCover.objects.filter(pk=cover.pk).update(
        quantity=F("quantity") + quantity, amount=F("amount") + amount
    )
