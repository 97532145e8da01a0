"""Closing a company: services end, the final invoice is issued, what is left goes back.

left 30.00, of it 20.00 refundable to the newest card payment and 10.00 to an older one:
customer −20, refunds +20; customer −10, refunds +10; confirmed: refunds −30, cash +30
left that no card takes: noted for staff; once transferred customer −x, cash +x
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.access.actions import revoke_api_key
from accounts.access.queries import api_keys
from accounts.audit.actions import record
from accounts.companies.actions import close_company
from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from accounts.people.queries import unanswered_invitations
from billing.invoicing.actions import allocate_funds
from billing.invoicing.cutting import issue_so_far
from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.holds import release_hold
from billing.ledger.models import AccountKind, EntryKind, Hold
from billing.ledger.queries import balance, lock_payer
from billing.money.calc import floor_minor, plain
from billing.onboarding.actions.verification import release_deposit
from billing.onboarding.exceptions import NothingToTransfer, ReasonNeeded
from billing.onboarding.mails import mail_closing
from billing.onboarding.models import Closing, SignUp
from billing.onboarding.queries import (
    is_deposit_disputed,
    lock_sign_up,
    paid_in_and_kept,
    refundable_cards,
)
from billing.payments.actions.refunds import open_refund, send_refund
from billing.payments.gateways.bank import BANK
from billing.payments.models import Payment, Refund
from billing.payments.queries import refundable
from billing.profiles.queries import profile_of
from billing.promotions.credits import unspent_credit
from billing.recharges.actions.states import NOT_NEEDED, call_off
from billing.recharges.models import Recharge, RechargeRule
from billing.recharges.queries import lock_open_recharge
from billing.subscriptions.actions import cancel
from billing.subscriptions.models import Subscription

NOTHING = Decimal(0)


def close_account(company: Company, *, reason: str, by: str, at: datetime) -> Closing:
    """End the company for good. Closing again changes nothing.

    Calls the gateway, so not inside a transaction: refunds that a crash leaves behind are finished
    by the sweeper. What it owes stays an open invoice. Raises ReasonNeeded.
    """
    if not reason.strip():
        raise ReasonNeeded
    with transaction.atomic(durable=True):
        closing = _close(company, reason=reason.strip()[:300], by=by, at=at)
    for refund in closing_refunds(company):
        send_refund(refund, at=at)
    return closing


@transaction.atomic
def record_payout(closing: Closing, *, reference: str, by: str, at: datetime) -> Closing:
    """Staff have sent what was left by bank transfer: customer −x, cash:bank +x.

    Raises NothingToTransfer when nothing is owed, or it was recorded before.
    """
    company = closing.company
    account = lock_payer(company.pk, profile_of(company.pk).currency)
    closing = Closing.objects.select_for_update(no_key=True, of=("self",)).get(pk=closing.pk)
    amount = min(closing.to_transfer, account.balance or NOTHING)
    if amount <= 0 or closing.transferred_at is not None:
        raise NothingToTransfer
    closing.entry = make_entry(
        EntryKind.REFUND,
        company=company,
        legs=[
            LegSpec(AccountKind.CUSTOMER, -amount, account.currency, company),
            LegSpec(AccountKind.CASH, amount, account.currency, detail=BANK.name),
        ],
        key=f"closing_payout:{company.pk}",
        at=at,
        by=by,
        description="Paid out at closing",
        reason=reference,
    )
    closing.transferred_at = at
    closing.save(update_fields=["entry", "transferred_at"])
    allocate_funds(company.pk, at=at)
    record(
        "company.paid_out",
        actor=by,
        at=at,
        company=company,
        target=f"company:{company.pk}",
        after={"amount": plain(amount), "reference": reference},
    )
    return closing


def closing_refunds(company: Company) -> list[Refund]:
    """The refunds of its closing that the gateway has not confirmed."""
    rows = Refund.objects.select_related("payment__company")
    return list(rows.filter(key__startswith=f"closing:{company.pk}:", status="pending"))


def _close(company: Company, *, reason: str, by: str, at: datetime) -> Closing:
    company = lock_company(company.pk)
    before = Closing.objects.filter(company=company).first()
    if before is not None:
        return before
    _end_services(company, by=by, at=at)
    account = lock_payer(company.pk, profile_of(company.pk).currency)
    for hold in account.holds.filter(status=Hold.Status.ACTIVE).order_by("pk"):
        release_hold(hold.pk, at=at)
    _stop_recharging(company, at=at)
    invoice = issue_so_far(company, by=by, at=at)
    sign_up = lock_sign_up(company)
    is_held = sign_up is not None and sign_up.deposit == SignUp.Deposit.HELD
    if sign_up is not None and is_held and not is_deposit_disputed(sign_up):
        release_deposit(sign_up, by=by, at=at)
    allocate_funds(company.pk, at=at)
    left = _refund_to_cards(company, reason=reason, by=by, at=at)
    closing = Closing.objects.create(
        company=company, closed_at=at, by=by, reason=reason, invoice=invoice, to_transfer=left
    )
    _shut_doors(company, by=by, at=at)
    close_company(company, reason=reason, by=by, at=at)
    mail_closing(closing, at=at)
    return closing


def _end_services(company: Company, *, by: str, at: datetime) -> None:
    """Subscriptions end now, or when they would have begun. Fees that have not fallen due are not
    charged any more."""
    rows = Subscription.objects.filter(company=company).exclude(status=Subscription.Status.ENDED)
    for subscription in rows.filter(ends_at=None).order_by("pk"):
        cancel(subscription, at=max(at, subscription.starts_at), by=by, now=at)
    rows.update(next_fee_at=None, activation_fee_at=None)


def _stop_recharging(company: Company, *, at: datetime) -> None:
    RechargeRule.objects.filter(company=company).update(enabled=False)
    waiting = lock_open_recharge(company)
    if waiting is not None and waiting.status != Recharge.Status.CHARGING:
        call_off(waiting, code=NOT_NEEDED, note="The account is closed.", at=at)


def _refund_to_cards(company: Company, *, reason: str, by: str, at: datetime) -> Decimal:
    """What is left goes back to the cards it came from, newest payment first; the answer is what
    no card takes. Credit that nobody paid for is not paid out, and it is spent before money is."""
    stands = balance(company)
    given = unspent_credit(company, stands.currency)
    left = min(stands.balance - given, paid_in_and_kept(company))
    left = max(floor_minor(left, stands.currency), NOTHING)
    for payment in refundable_cards(company):
        amount = min(left, refundable(payment))
        if amount <= 0:
            continue
        open_refund(
            payment,
            amount=amount,
            reason=reason,
            key=f"closing:{company.pk}:{payment.pk}",
            by=by,
            at=at,
        )
        left -= amount
    return left


def _shut_doors(company: Company, *, by: str, at: datetime) -> None:
    """No key and no invitation opens anything any more."""
    for key in api_keys(company.pk).filter(revoked_at=None):
        revoke_api_key(key, by=by, at=at)
    unanswered_invitations(company).update(withdrawn_at=at)


@transaction.atomic
def refund_late_payment(payment: Payment, *, at: datetime) -> None:
    """A card payment that came in after its company was closed: what is left of it goes back."""
    company = payment.company
    lock_payer(company.pk, profile_of(company.pk).currency)
    closing = Closing.objects.filter(company=company).first()
    if closing is None or payment.method != Payment.Method.CARD:
        return
    noted = closing.to_transfer if closing.transferred_at is None else NOTHING
    stands = balance(company)
    left = floor_minor(stands.balance - noted, stands.currency)
    amount = min(left, refundable(payment))
    if amount > 0:
        open_refund(
            payment,
            amount=amount,
            reason="Came in after the account was closed",
            key=f"closing:{company.pk}:{payment.pk}",
            by="system",
            at=at,
        )
