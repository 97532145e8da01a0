"""Reads of onboarding: fixed contracts that are due, sign-ups and their deposits."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db.models import Max, Min, QuerySet
from djmoney.money import Money

from accounts.companies.models import Company
from billing.currencies.calc import up_to_step
from billing.currencies.queries import figure_in
from billing.ledger.models import AccountKind
from billing.money.calc import round_minor
from billing.onboarding.models import Closing, FixedPayment, SignUp
from billing.payments.conversion import chargeable_step
from billing.payments.gateways.registry import STRIPE
from billing.payments.models import Dispute, Payment
from billing.payments.queries import refundable
from billing.profiles.models import ContractType
from billing.profiles.queries import profile_of
from features.queries import value

NOTHING = Decimal(0)
WAITING = (Payment.Status.PENDING, Payment.Status.REQUIRES_ACTION)


def fixed_contracts() -> QuerySet[Company]:
    """Companies that pay a set amount every month, in service or suspended."""
    return Company.objects.filter(
        billing_profile__contract_type=ContractType.FIXED,
        status__in=[Company.Status.ACTIVE, Company.Status.SUSPENDED],
    )


def fixed_contracts_due(*, at: datetime) -> QuerySet[Company]:
    """Those whose present month has not been charged."""
    paid = FixedPayment.objects.filter(period__ends_at__gt=at).values("company")
    return fixed_contracts().exclude(pk__in=paid)


def next_fixed_payment(after: datetime) -> datetime | None:
    """When the next set amount falls due."""
    paid = fixed_contracts().annotate(paid_until=Max("fixed_payments__period__ends_at"))
    later = paid.filter(paid_until__gt=after)
    first: datetime | None = later.aggregate(first=Min("paid_until"))["first"]
    return first


def sign_up_of(company: Company) -> SignUp | None:
    """How the company signed up; None when staff opened it."""
    rows = SignUp.objects.select_related("company", "payment", "refund")
    return rows.filter(pk=company.pk).first()


def lock_sign_up(company: Company) -> SignUp | None:
    """The same, locked; lock the company and its account before."""
    rows = SignUp.objects.select_for_update(no_key=True, of=("self",)).select_related("company")
    return rows.filter(pk=company.pk).first()


def deposit_to_pay(company: Company, *, at: datetime) -> Money | None:
    """The deposit that activation takes now; None when it needs no payment."""
    return deposit_in(profile_of(company.pk).currency, at=at)


def deposit_in(currency: str, *, at: datetime) -> Money | None:
    """The same for an account in a currency, rounded up to what cards can be charged."""
    if not value("signup_payment", at=at):
        return None
    asked = figure_in(value("verification_deposit", at=at), currency, at=at, rounded=_charged)
    amount = round_minor(asked, currency)
    return Money(amount, currency) if amount > 0 else None


def _charged(amount: Decimal, currency: str) -> Decimal:
    return up_to_step(amount, chargeable_step(STRIPE, currency))


def deposit_account(payment: Payment) -> AccountKind | None:
    """Where the money of a deposit is: held, kept, or like any other on the balance."""
    held_by = SignUp.objects.filter(payment=payment).values_list("deposit", flat=True).first()
    return {
        SignUp.Deposit.HELD.value: AccountKind.DEPOSIT,
        SignUp.Deposit.KEPT.value: AccountKind.OTHER_INCOME,
    }.get(held_by or "")


def is_deposit_disputed(sign_up: SignUp) -> bool:
    """Whether the bank has the deposit that is held, until it says whose it is."""
    if sign_up.payment is None or sign_up.deposit != SignUp.Deposit.HELD:
        return False
    return sign_up.payment.disputes.filter(status=Dispute.Status.OPEN).exists()


def refund_percent(*, at: datetime) -> Decimal:
    """The share of a deposit that goes back to the card when an account is verified."""
    if not value("account_verification_refund", at=at):
        return NOTHING
    return value("verification_refund_percent", at=at)


def paid_in(company: Company) -> QuerySet[Payment]:
    """Payments in the company's currency that are in the books; a deposit that was kept is ours."""
    rows = Payment.objects.filter(
        company=company, amount_currency=profile_of(company.pk).currency
    ).exclude(entry=None)
    return rows.exclude(for_sign_up__deposit=SignUp.Deposit.KEPT)


def refundable_cards(company: Company) -> QuerySet[Payment]:
    """Card payments that may be refunded, the newest first."""
    return (
        paid_in(company)
        .filter(
            method=Payment.Method.CARD,
            status__in=[Payment.Status.COMPLETED, Payment.Status.PARTIALLY_REFUNDED],
        )
        .order_by("-received_at", "-id")
    )


def paid_in_and_kept(company: Company) -> Decimal:
    """All that the company has paid in and that was not given back."""
    return sum((refundable(payment) for payment in paid_in(company)), NOTHING)


def closing_of(company: Company) -> Closing | None:
    """How the company was closed, if it was."""
    return Closing.objects.select_related("company", "invoice").filter(pk=company.pk).first()
