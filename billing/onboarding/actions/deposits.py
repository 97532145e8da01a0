"""The deposit: taken before the account becomes active, held until the account is verified.

taken    cash −1, deposit +1
paid twice, the second time    deposit −1, customer +1
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.companies.actions import reactivate_company
from accounts.companies.models import Company
from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.models import AccountKind, EntryKind
from billing.ledger.queries import lock_payer
from billing.onboarding.exceptions import (
    DepositNotAsked,
    DepositRunning,
    NotPending,
    TermsNotConfirmed,
)
from billing.onboarding.models import SignUp
from billing.onboarding.queries import WAITING, deposit_to_pay, lock_sign_up
from billing.payments.actions.charging import collect, open_payment
from billing.payments.actions.standing import flag_for_review
from billing.payments.gateways.registry import card_gateway
from billing.payments.models import Payment, PaymentMethod
from billing.payments.rules import check_card_amount
from billing.profiles.queries import profile_of

DEPOSIT = "Verification deposit"


def pay_deposit(
    company: Company, *, card: PaymentMethod, key: str, by: str, at: datetime
) -> Payment:
    """Charge the deposit of a company that waits for its activation. The same key pays once.

    Calls the gateway, so not inside a transaction. What came of it stands in the payment, as in
    `charge_card`; once it is completed the company is active. Raises NotPending,
    TermsNotConfirmed, DepositNotAsked, DepositRunning, GatewayNotAvailable, KeyReused.
    """
    with transaction.atomic(durable=True):
        payment = _open(company, card=card, key=f"deposit:{key}", by=by, at=at)
    return collect(payment, at=at)


def follow_payment(payment: Payment, at: datetime) -> None:
    """A deposit that has come in is held, and its company is active, in the same transaction.

    The company and its account are locked by whoever records the outcome.
    """
    is_in = payment.status == Payment.Status.COMPLETED
    if payment.purpose != Payment.Purpose.DEPOSIT or not is_in:
        return
    sign_up = lock_sign_up(payment.company)
    if sign_up is None or sign_up.deposit != SignUp.Deposit.ASKED:
        _to_balance(payment, at=at)
        return
    sign_up.deposit, sign_up.payment = SignUp.Deposit.HELD, payment
    sign_up.save(update_fields=["deposit", "payment"])
    if sign_up.company.status == Company.Status.PENDING:
        reactivate_company(payment.company, reason="Signed up", by=payment.by, at=at)


def _open(company: Company, *, card: PaymentMethod, key: str, by: str, at: datetime) -> Payment:
    lock_payer(company.pk, profile_of(company.pk).currency)
    done = Payment.objects.filter(key=key, company=company).first()
    if done is not None:
        return done
    sign_up = lock_sign_up(company)
    if sign_up is None or sign_up.company.status != Company.Status.PENDING:
        raise NotPending(company.status if sign_up is None else sign_up.company.status)
    if sign_up.confirmed_at is None:
        raise TermsNotConfirmed
    amount = deposit_to_pay(company, at=at)
    if amount is None:
        raise DepositNotAsked
    if sign_up.payment is not None and sign_up.payment.status in WAITING:
        raise DepositRunning
    check_card_amount(amount, gateway=card_gateway(card.gateway))
    sign_up.deposit = SignUp.Deposit.ASKED
    sign_up.payment = open_payment(
        company,
        amount=amount,
        purpose=Payment.Purpose.DEPOSIT,
        card=card,
        key=key,
        by=by,
        at=at,
    )
    sign_up.save(update_fields=["deposit", "payment"])
    return sign_up.payment


def _to_balance(payment: Payment, *, at: datetime) -> None:
    """Money for a deposit that is not asked for any more is the customer's to spend."""
    amount, currency = payment.amount.amount, str(payment.amount.currency)
    if SignUp.objects.filter(payment=payment).exists():
        return
    make_entry(
        EntryKind.DEPOSIT,
        company=payment.company,
        legs=[
            LegSpec(AccountKind.DEPOSIT, -amount, currency, payment.company),
            LegSpec(AccountKind.CUSTOMER, amount, currency, payment.company),
        ],
        key=f"deposit_to_balance:{payment.pk}",
        at=at,
        by="system",
        description="Verification deposit, to the balance",
    )
    flag_for_review(payment.company, reason="The deposit was paid twice", at=at)
