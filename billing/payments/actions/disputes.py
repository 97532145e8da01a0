"""A cardholder disputes a payment: the bank takes the money at once, and may give it back.

opened   customer −475, cash +475, the gateway's fee apart
won      the same back, to the account it was taken from
lost     nothing more

A deposit that is held is no balance: opened  deposit −1, cash +1.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from djmoney.money import Money

from accounts.audit.actions import record
from accounts.events.actions import publish
from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.models import AccountKind, EntryKind, Leg
from billing.ledger.queries import lock_payer
from billing.payments.actions.refund_settling import follow_refunds
from billing.payments.actions.settling import mark_card
from billing.payments.conversion import exchange_legs, share_of_account
from billing.payments.gateways.base import DisputeOutcome, GatewayDispute
from billing.payments.models import Dispute, Payment
from billing.payments.queries import lock_payment, money_json, payment_data
from billing.payments.registry import tell_outcome, where_money_is


@transaction.atomic
def settle_dispute(payment: Payment, seen: GatewayDispute, *, at: datetime) -> Dispute:
    """Bring our dispute to what the gateway sees; its news may come in any order.

    Once closed it stays closed: a late "opened" changes nothing.
    """
    lock_payer(payment.company_id, str(payment.amount.currency))
    payment = lock_payment(payment.pk)
    dispute, is_new = Dispute.objects.get_or_create(
        gateway_reference=seen.reference,
        defaults={
            "payment": payment,
            "amount": Money(share_of_account(payment, seen.amount), payment.amount.currency),
            "taken": None if payment.taken is None else Money(seen.amount, seen.currency),
            "reason": seen.reason[:100],
            "opened_at": at,
        },
    )
    dispute.payment = payment
    if is_new:
        _open(dispute, at=at)
    _book_fee(dispute, seen.fee, at=at)
    if dispute.status == Dispute.Status.OPEN and seen.outcome is not DisputeOutcome.OPEN:
        _close(dispute, seen.outcome, at=at)
    return dispute


def _open(dispute: Dispute, *, at: datetime) -> None:
    loser = where_money_is(dispute.payment)
    _book(dispute, EntryKind.DISPUTE, loser, sign=-1, at=at, description="Payment disputed")
    payment = dispute.payment
    payment.status = Payment.Status.DISPUTED
    payment.save(update_fields=["status"])
    mark_card(payment, is_refused=True)
    _tell("dispute.opened", dispute, at=at)


def _close(dispute: Dispute, outcome: DisputeOutcome, *, at: datetime) -> None:
    dispute.status, dispute.closed_at = Dispute.Status(outcome.value), at
    dispute.save(update_fields=["status", "closed_at"])
    if outcome is DisputeOutcome.WON:
        loser = _loser(dispute)
        _book(dispute, EntryKind.DISPUTE_WON, loser, sign=1, at=at, description="Dispute won")
        dispute.payment.status = Payment.Status.COMPLETED
        mark_card(dispute.payment, is_refused=False)
        follow_refunds(dispute.payment)
    _tell("dispute.closed", dispute, at=at)


def _loser(dispute: Dispute) -> AccountKind:
    """The account that the money was taken from when the dispute was opened."""
    legs = Leg.objects.filter(entry__key=f"{EntryKind.DISPUTE}:{dispute.pk}")
    others = legs.exclude(account__kind__in=[AccountKind.CASH, AccountKind.FX])
    return AccountKind(others.values_list("account__kind", flat=True).get())


def _book(
    dispute: Dispute,
    kind: EntryKind,
    loser: AccountKind,
    *,
    sign: int,
    at: datetime,
    description: str,
) -> None:
    company = dispute.payment.company
    is_theirs = loser in (AccountKind.CUSTOMER, AccountKind.DEPOSIT)
    amount, moved = dispute.amount, dispute.returned
    make_entry(
        kind,
        company=company,
        legs=[
            LegSpec(
                loser,
                sign * amount.amount,
                str(amount.currency),
                company if is_theirs else None,
            ),
            *exchange_legs(amount, moved, sign=sign),
            LegSpec(
                AccountKind.CASH,
                -sign * moved.amount,
                str(moved.currency),
                detail=dispute.payment.gateway,
            ),
        ],
        key=f"{kind}:{dispute.pk}",
        at=at,
        by="system",
        description=description,
        reason=dispute.reason,
    )


def _book_fee(dispute: Dispute, fee: Decimal, *, at: datetime) -> None:
    """What the gateway keeps for its trouble is our cost, never the customer's."""
    if fee <= 0:
        return
    currency = str(dispute.returned.currency)
    make_entry(
        EntryKind.GATEWAY_FEE,
        company=None,
        legs=[
            LegSpec(AccountKind.FEES, -fee, currency),
            LegSpec(AccountKind.CASH, fee, currency, detail=dispute.payment.gateway),
        ],
        key=f"dispute_fee:{dispute.pk}:{fee}",
        at=at,
        by="system",
        description="Fee for a dispute",
    )


def _tell(event: str, dispute: Dispute, *, at: datetime) -> None:
    payment = dispute.payment
    data = {
        "payment": payment_data(payment),
        "dispute": {
            "id": str(dispute.pk),
            "status": dispute.status,
            "amount": money_json(dispute.amount),
            "reason": dispute.reason,
        },
    }
    publish(event, company=payment.company, data=data, at=at)
    record(event, actor="system", at=at, company=payment.company, target=f"dispute:{dispute.pk}")
    tell_outcome(payment, at=at)
