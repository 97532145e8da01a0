"""Staff verify a company that signed up, or refuse to; that decides about its deposit.

accepted, 60 % refunded    deposit −1, refunds +0.60, customer +0.40
accepted, refund off       deposit −1, customer +1
refused                    deposit −1, other_income +1
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models.functions import Now
from djmoney.money import Money

from accounts.audit.actions import record
from accounts.companies.actions import close_company, suspend_company
from accounts.companies.models import Company
from accounts.events.actions import publish
from billing.invoicing.actions import allocate_funds
from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.models import AccountKind, EntryKind
from billing.ledger.queries import lock_payer
from billing.money.calc import plain
from billing.onboarding.calc import split_deposit
from billing.onboarding.exceptions import (
    DepositDisputed,
    NotActivated,
    NotSignedUp,
    ReasonNeeded,
    VerificationDecided,
)
from billing.onboarding.mails import mail_decision
from billing.onboarding.models import SignUp
from billing.onboarding.queries import is_deposit_disputed, lock_sign_up, refund_percent
from billing.payments.actions.refunds import send_refund
from billing.payments.conversion import share_to_return
from billing.payments.models import Payment, Refund
from billing.payments.queries import lock_payment
from billing.profiles.queries import profile_of

Verification = SignUp.Verification
NOTHING = Decimal(0)


def accept_company(company: Company, *, reason: str, by: str, at: datetime) -> SignUp:
    """The company is who it says. The set share of its deposit goes back to the card, the rest to
    the balance. Accepting again changes nothing.

    Calls the gateway, so not inside a transaction. Raises NotSignedUp, NotActivated,
    VerificationDecided, DepositDisputed.
    """
    with transaction.atomic(durable=True):
        sign_up = _accept(company, reason=reason.strip(), by=by, at=at)
    if sign_up.refund is not None:
        send_refund(sign_up.refund, at=at)
    return sign_up


@transaction.atomic
def refuse_company(company: Company, *, reason: str, by: str, at: datetime) -> SignUp:
    """The company is not accepted: its deposit is kept; it is suspended with the reason, or closed
    when it was not active yet. Refusing again changes nothing.

    Raises NotSignedUp, VerificationDecided, DepositDisputed, ReasonNeeded.
    """
    if not reason.strip():
        raise ReasonNeeded
    sign_up = _undecided(company, unless=Verification.REFUSED)
    if sign_up.verification == Verification.REFUSED:
        return sign_up
    if sign_up.deposit == SignUp.Deposit.HELD:
        _keep(sign_up, reason=reason, by=by, at=at)
    _decide(sign_up, Verification.REFUSED, reason=reason.strip(), by=by, at=at)
    if sign_up.company.status == Company.Status.PENDING:
        close_company(company, reason=reason, by=by, at=at)
    elif sign_up.company.status != Company.Status.CLOSED:
        suspend_company(company, reason=reason, by=by, at=at)
    return sign_up


def _accept(company: Company, *, reason: str, by: str, at: datetime) -> SignUp:
    sign_up = _undecided(company, unless=Verification.ACCEPTED)
    if sign_up.verification == Verification.ACCEPTED:
        return sign_up
    if sign_up.company.status == Company.Status.PENDING:
        raise NotActivated
    if sign_up.deposit == SignUp.Deposit.HELD:
        _release(sign_up, by=by, at=at)
    _decide(sign_up, Verification.ACCEPTED, reason=reason, by=by, at=at)
    if sign_up.credited:
        allocate_funds(company.pk, at=at)
    return sign_up


def _undecided(company: Company, *, unless: Verification) -> SignUp:
    """The sign-up, locked; decided already only as the caller wants it."""
    lock_payer(company.pk, profile_of(company.pk).currency)
    sign_up = lock_sign_up(company)
    if sign_up is None:
        raise NotSignedUp
    if sign_up.verification not in (Verification.PENDING, unless):
        raise VerificationDecided(sign_up.verification)
    if is_deposit_disputed(sign_up):
        raise DepositDisputed
    return sign_up


def release_deposit(sign_up: SignUp, *, by: str, at: datetime) -> None:
    """All of a held deposit to the balance: the company closes before it was verified."""
    _book_release(sign_up, percent=NOTHING, by=by, at=at)


def _release(sign_up: SignUp, *, by: str, at: datetime) -> None:
    _book_release(sign_up, percent=refund_percent(at=at), by=by, at=at)


def _book_release(sign_up: SignUp, *, percent: Decimal, by: str, at: datetime) -> None:
    payment = _deposit_payment(sign_up)
    amount, currency = payment.amount.amount, str(payment.amount.currency)
    back, rest = split_deposit(amount, refund_percent=percent, currency=currency)
    make_entry(
        EntryKind.DEPOSIT,
        company=sign_up.company,
        legs=[
            LegSpec(AccountKind.DEPOSIT, -amount, currency, sign_up.company),
            LegSpec(AccountKind.REFUNDS, back, currency),
            LegSpec(AccountKind.CUSTOMER, rest, currency, sign_up.company),
        ],
        key=f"deposit_released:{payment.pk}",
        at=at,
        by=by,
        description="Verification deposit released",
    )
    sign_up.deposit, sign_up.refund_percent = SignUp.Deposit.RELEASED, percent
    sign_up.refunded, sign_up.credited = back, rest
    if back:
        sign_up.refund = Refund.objects.create(
            payment=payment,
            amount=Money(back, currency),
            taken=share_to_return(payment, back),
            reason="The account is verified",
            key=f"deposit:{payment.pk}",
            by=by,
            created_at=at,
            checked_at=Now(),
        )
    sign_up.save()


def _keep(sign_up: SignUp, *, reason: str, by: str, at: datetime) -> None:
    payment = _deposit_payment(sign_up)
    amount, currency = payment.amount.amount, str(payment.amount.currency)
    make_entry(
        EntryKind.DEPOSIT,
        company=sign_up.company,
        legs=[
            LegSpec(AccountKind.DEPOSIT, -amount, currency, sign_up.company),
            LegSpec(AccountKind.OTHER_INCOME, amount, currency),
        ],
        key=f"deposit_kept:{payment.pk}",
        at=at,
        by=by,
        description="Verification deposit kept",
        reason=reason,
    )
    sign_up.deposit = SignUp.Deposit.KEPT
    sign_up.save(update_fields=["deposit"])


def _deposit_payment(sign_up: SignUp) -> Payment:
    assert sign_up.payment_id is not None  # a held deposit was paid
    return lock_payment(sign_up.payment_id)


def _decide(sign_up: SignUp, decision: Verification, *, reason: str, by: str, at: datetime) -> None:
    sign_up.verification, sign_up.reason = decision, reason[:300]
    sign_up.decided_by, sign_up.decided_at = by, at
    sign_up.save()
    company = sign_up.company
    facts = {
        "verification": decision.value,
        "deposit": sign_up.deposit,
        "refunded": plain(sign_up.refunded),
        "credited": plain(sign_up.credited),
    }
    record(
        f"company.verification_{decision}",
        actor=by,
        at=at,
        company=company,
        target=f"company:{company.pk}",
        after=facts,
        reason=reason,
    )
    publish(f"company.verification_{decision}", company=company, data=facts, at=at)
    mail_decision(sign_up, at=at)
