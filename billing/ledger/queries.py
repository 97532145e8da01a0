"""Reads of the ledger: locks, balances, statements. Every read is O(1) in the history."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest

from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from billing.currencies.queries import figure_in
from billing.ledger.models import (
    Account,
    AccountKind,
    Adjustment,
    BalanceSnapshot,
    Entry,
    Hold,
    Leg,
)
from billing.money.calc import floor_minor
from billing.profiles.models import BillingProfile, BillingType
from billing.profiles.queries import floor, profile_of
from features.queries import value

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Balance:
    """What stands on a company's account. `uninvoiced` includes tax; no floor = unlimited."""

    currency: str
    billing_type: str
    balance: Decimal
    held: Decimal
    uninvoiced: Decimal
    floor: Decimal | None

    @property
    def available(self) -> Decimal:
        """The balance less what is held; the floor is not counted."""
        return self.balance - self.held

    @property
    def spendable(self) -> Decimal | None:
        """How much may still be set aside or spent before the floor; None is without limit."""
        return None if self.floor is None else self.available - self.floor


@dataclass(frozen=True)
class Page:
    """Part of a statement of account: legs in the order of booking between two balances."""

    opening: Decimal
    closing: Decimal
    legs: QuerySet[Leg]


def lock_account(company_id: UUID, currency: str) -> Account:
    """The customer account, locked until the transaction ends.

    Take it before the statement that reads what the lock protects: READ COMMITTED takes its
    snapshot before it waits. Raises Account.DoesNotExist for a currency without an account.
    """
    return (
        customer_accounts()
        .select_for_update(no_key=True)
        .get(company=company_id, currency=currency)
    )


def lock_payer(company_id: UUID, currency: str) -> Account:
    """The company and then its customer account, as the lock order wants them: for what moves
    money and may change how the company stands. Raises as `lock_account`."""
    lock_company(company_id)
    return lock_account(company_id, currency)


def lock_accounts(company_ids: Collection[UUID], currency: str) -> list[Account]:
    """The customer accounts of many companies, locked in the order of their primary keys."""
    return list(
        customer_accounts()
        .filter(company__in=company_ids, currency=currency)
        .order_by("pk")
        .select_for_update(no_key=True)
    )


def lock_hold(hold_id: UUID) -> Hold:
    """The hold, locked; lock its account before."""
    return Hold.objects.select_for_update(no_key=True).get(pk=hold_id)


def customer_accounts() -> QuerySet[Account]:
    return Account.objects.filter(kind=AccountKind.CUSTOMER)


def customer_account(company: Company) -> Account:
    """The company's account in its own currency, unlocked: for reading."""
    return customer_accounts().get(company=company, currency=company.billing_profile.currency)


def adjustments() -> QuerySet[Adjustment]:
    """Corrections by staff, newest first."""
    return Adjustment.objects.select_related("company")


def balance(company: Company) -> Balance:
    """The company's balance in its own currency, in two statements whatever its history."""
    profile = BillingProfile.objects.get(pk=company.pk)
    accounts = {
        account.kind: account
        for account in Account.objects.filter(company=company, currency=profile.currency)
    }
    stored = {kind: account.balance or NOTHING for kind, account in accounts.items()}
    customer = accounts[AccountKind.CUSTOMER]
    return Balance(
        currency=profile.currency,
        billing_type=profile.billing_type,
        balance=stored[AccountKind.CUSTOMER],
        held=customer.held,
        uninvoiced=uninvoiced(stored),
        floor=floor(profile),
    )


def deposit_held(company: Company) -> Decimal:
    """What the company has left as a deposit, in its own currency."""
    currency = BillingProfile.objects.get(pk=company.pk).currency
    accounts = Account.objects.filter(company=company, kind=AccountKind.DEPOSIT, currency=currency)
    held = accounts.values_list("balance", flat=True).first()
    return held or NOTHING


def uninvoiced(stored: dict[str, Decimal]) -> Decimal:
    return stored.get(AccountKind.UNINVOICED, NOTHING) + stored.get(
        AccountKind.UNINVOICED_TAX, NOTHING
    )


def displayed(amount: Decimal, *, billing_type: str, at: datetime) -> Decimal:
    """The figure customers see: a negative prepaid one is 0 unless the provider shows it.

    Feature `prepaid_negative_balance_display`; staff and the ledger always see the true figure.
    """
    hides = billing_type == BillingType.PREPAID and amount < 0
    if hides and not value("prepaid_negative_balance_display", at=at):
        return NOTHING
    return amount


def hides_negative(company: Company, *, at: datetime) -> bool:
    """Whether `displayed` shows the company's negative balances as 0."""
    is_prepaid = profile_of(company.pk).billing_type == BillingType.PREPAID
    return is_prepaid and not value("prepaid_negative_balance_display", at=at)


def shown_legs(company: Company, *, at: datetime) -> QuerySet[Leg]:
    """The movements of the balance; `shown_after` is the balance after each as `displayed`."""
    hides = hides_negative(company, at=at)
    after = Greatest(F("balance_after"), Value(NOTHING)) if hides else F("balance_after")
    legs: QuerySet[Leg] = customer_account(company).legs.select_related("entry")
    return legs.annotate(shown_after=after)


def balance_after(entry: Entry) -> Decimal:
    """The customer balance right after the entry. Raises Leg.DoesNotExist without such a leg."""
    leg = entry.legs.get(account__kind=AccountKind.CUSTOMER)
    if leg.balance_after is None:
        raise Leg.DoesNotExist
    return leg.balance_after


def statement(account: Account, *, start: datetime | None, end: datetime | None) -> Page:
    """The legs booked from `start` until before `end`, with the balances around them.

    Newest first; slice it or page through it by id. Adjoining statements fit together: one's
    closing balance is the next one's opening balance.
    """
    before, last = last_leg(account, before=start), last_leg(account, before=end)
    legs = account.legs.select_related("entry").order_by("-id")
    if start is not None and before is not None:
        legs = legs.filter(id__gt=before.pk)
    if end is not None:
        legs = legs.filter(id__lte=last.pk) if last else legs.none()
    return Page(
        opening=balance_of(before) if start is not None else NOTHING,
        closing=balance_of(last) if end is not None else account.balance or NOTHING,
        legs=legs,
    )


def last_leg(account: Account, *, before: datetime | None) -> Leg | None:
    """The account's last leg before an instant: time and the order of legs agree (`moved_at`)."""
    if before is None:
        return None
    entries = Leg.objects.filter(
        account=account, entry__company=account.company_id, entry__at__lt=before
    )
    return entries.order_by("-entry__at", "-id").first()


def balance_of(leg: Leg | None) -> Decimal:
    return NOTHING if leg is None else leg.balance_after or NOTHING


def with_own_balances(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """Adds `own_balance`, as the function of that name has it, to our own accounts."""
    of_account = {"account": OuterRef("pk")}
    last = BalanceSnapshot.objects.filter(**of_account).order_by("-through_leg")
    through = Coalesce(Subquery(last.values("through_leg")[:1]), 0)
    since = Leg.objects.filter(**of_account, id__gt=OuterRef("through")).order_by()
    legs = since.values("account").annotate(total=Sum("amount")).values("total")
    known = Coalesce(Subquery(last.values("balance")[:1]), NOTHING)
    own = known + Coalesce(Subquery(legs), NOTHING)
    return accounts.annotate(
        through=through, own_balance=Case(When(company=None, then=own), default=None)
    )


def own_balance(account: Account) -> Decimal:
    """The balance of one of our own accounts: its last snapshot and the legs since."""
    snapshot = BalanceSnapshot.objects.filter(account=account).order_by("-through_leg").first()
    through, known = (snapshot.through_leg, snapshot.balance) if snapshot else (0, NOTHING)
    since = account.legs.filter(id__gt=through).aggregate(total=Sum("amount"))["total"]
    return known + (since or NOTHING)


def most_alone(currency: str, *, at: datetime) -> Decimal:
    """The most that one of the staff may book, refund or give up without a second person."""
    return figure_in(value("four_eyes_amount", at=at), currency, at=at, rounded=floor_minor)
