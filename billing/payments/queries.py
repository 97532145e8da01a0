"""Reads of payment methods, payments, refunds."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Now
from djmoney.money import Money

from accounts.access.exceptions import JSONValue
from accounts.companies.models import Company
from billing.currencies.queries import figure_in
from billing.money.calc import ceil_minor, floor_minor, minor_digits, plain
from billing.payments.models import (
    Dispute,
    GatewayCustomer,
    GatewayEvent,
    Payment,
    PaymentMethod,
    Refund,
)
from features.queries import value

NOTHING = Decimal(0)
# A request and its one repetition, with room: whoever asked is done or dead by then.
PATIENCE_PER_TIMEOUT = 3
REVISIT_AFTER = timedelta(minutes=5)
# A customer who has not answered 3-D Secure by then does not come back.
ANSWERED_WITHIN = timedelta(hours=24)
# People are told of an expiring card so long before.
EXPIRES_WITHIN = timedelta(days=31)


def lock_payment(payment_id: UUID) -> Payment:
    """The payment, locked; lock its customer account before."""
    payments = Payment.objects.select_related("company", "payment_method")
    return payments.select_for_update(no_key=True, of=("self",)).get(pk=payment_id)


def lock_refund(refund_id: UUID) -> Refund:
    """The refund, locked; lock account and payment before."""
    return Refund.objects.select_for_update(no_key=True).get(pk=refund_id)


def saved_methods(company: Company) -> QuerySet[PaymentMethod]:
    """The company's cards that it has not removed, the default first."""
    return PaymentMethod.objects.filter(company=company, removed_at=None)


def is_expiring(card: PaymentMethod, *, at: datetime) -> bool:
    """Whether the card's last month ends within the days that people are told before, or has."""
    soon = at + EXPIRES_WITHIN
    return (card.exp_year, card.exp_month) < (soon.year, soon.month)


def expiring_cards(*, at: datetime) -> QuerySet[PaymentMethod]:
    """The cards in use that `is_expiring`."""
    soon = at + EXPIRES_WITHIN
    in_use = PaymentMethod.objects.filter(removed_at=None, is_default=True)
    is_over = Q(exp_year__lt=soon.year) | Q(exp_year=soon.year, exp_month__lt=soon.month)
    return in_use.filter(is_over).select_related("company").order_by("pk")


def default_method(company: Company) -> PaymentMethod | None:
    return saved_methods(company).filter(is_default=True).first()


def saved_method(company: Company, method_id: UUID) -> PaymentMethod | None:
    return saved_methods(company).filter(pk=method_id).first()


def gateway_customer(company: Company, gateway: str) -> str | None:
    """The gateway's reference of the company, if it has one there."""
    rows = GatewayCustomer.objects.filter(company=company, gateway=gateway)
    return rows.values_list("reference", flat=True).first()


def payments(company: Company) -> QuerySet[Payment]:
    """The company's payments, newest first."""
    return Payment.objects.filter(company=company).select_related("payment_method", "receipt")


def payment_of_gateway(gateway: str, reference: str, payment_id: UUID | None) -> Payment | None:
    """Our payment behind the gateway's: by its reference, else by our id in its metadata.

    The second finds what a crash left between the charge and its record.
    """
    found = Payment.objects.filter(gateway=gateway, gateway_reference=reference).first()
    if found is None and payment_id is not None:
        rows = Payment.objects.filter(pk=payment_id, gateway=gateway)
        found = rows.filter(gateway_reference="").first()
    return found


def refund_of_gateway(payment: Payment, reference: str, refund_id: UUID | None) -> Refund | None:
    """Our refund behind the gateway's: by its reference, else by our id in its metadata."""
    found = payment.refunds.filter(gateway_reference=reference).first()
    if found is None and refund_id is not None:
        found = payment.refunds.filter(pk=refund_id).first()
    return found


def unanswered_payments(*, at: datetime) -> QuerySet[Payment]:
    """Card payments that nobody is working on, whose outcome is not known: oldest look-up first.

    Leases are in real time, by the database's clock; a customer's patience is in business time.
    """
    lease = timedelta(seconds=PATIENCE_PER_TIMEOUT * settings.GATEWAY_TIMEOUT_SECONDS)
    waits_for_customer = Q(status=Payment.Status.REQUIRES_ACTION)
    return Payment.objects.filter(
        Q(status=Payment.Status.PENDING, checked_at__lt=Now() - lease)
        | waits_for_customer & Q(checked_at__lt=Now() - REVISIT_AFTER)
        | waits_for_customer & Q(created_at__lte=at - ANSWERED_WITHIN)
    ).order_by("checked_at", "id")


def unanswered_refunds() -> QuerySet[Refund]:
    """Refunds that nobody is working on, whose outcome is not known: oldest first."""
    lease = timedelta(seconds=PATIENCE_PER_TIMEOUT * settings.GATEWAY_TIMEOUT_SECONDS)
    return Refund.objects.filter(
        status=Refund.Status.PENDING, checked_at__lt=Now() - lease
    ).order_by("checked_at", "id")


def waiting_events() -> QuerySet[GatewayEvent]:
    """Webhooks that were stored and not handled, the least tried first."""
    waiting = GatewayEvent.objects.filter(status=GatewayEvent.Status.WAITING)
    return waiting.order_by("attempts", "received_at", "id")


def next_abandoned(after: datetime) -> datetime | None:
    """When the next customer has not answered 3-D Secure for too long."""
    asked = Payment.objects.filter(
        status=Payment.Status.REQUIRES_ACTION, created_at__gt=after - ANSWERED_WITHIN
    )
    first = asked.order_by("created_at").values_list("created_at", flat=True).first()
    return None if first is None else first + ANSWERED_WITHIN


def refunded(payment: Payment) -> Decimal:
    """What went back already."""
    return _sum(payment, [Refund.Status.COMPLETED])


def kept(payment: Payment) -> Decimal:
    """What came in and was not taken back: by no refund that is done, by no dispute."""
    if payment.entry_id is None:
        return NOTHING
    taken = payment.disputes.exclude(status=Dispute.Status.WON)
    disputed = taken.aggregate(total=Sum("amount"))["total"] or NOTHING
    stayed: Decimal = payment.amount.amount - refunded(payment) - disputed
    return max(stayed, NOTHING)


def refundable(payment: Payment) -> Decimal:
    """What is left to refund: neither back, nor on its way, nor proposed."""
    statuses = [Refund.Status.COMPLETED, Refund.Status.PENDING, Refund.Status.PROPOSED]
    left: Decimal = payment.amount.amount - _sum(payment, statuses)
    return left


def _sum(payment: Payment, statuses: list[Refund.Status]) -> Decimal:
    rows = payment.refunds.filter(status__in=statuses)
    return rows.aggregate(total=Sum("amount"))["total"] or NOTHING


def method_label(payment: Payment) -> str:
    """How the money came: "Visa •4242", "Bank transfer"."""
    if payment.payment_method is not None:
        return str(payment.payment_method)
    return str(Payment.Method(payment.method).label)


def money_json(money: Money) -> dict[str, JSONValue]:
    """Money as events and the API write it."""
    currency = str(money.currency)
    return {"amount": plain(money.amount, at_least=minor_digits(currency)), "currency": currency}


def payment_data(payment: Payment) -> dict[str, JSONValue]:
    """The payment as events tell of it; of a card its brand, last four and expiry only."""
    card = payment.payment_method
    return {
        "id": str(payment.pk),
        "company": str(payment.company_id),
        "purpose": payment.purpose,
        "method": payment.method,
        "status": payment.status,
        "amount": money_json(payment.amount),
        "charged": money_json(payment.charged),
        "failure_code": payment.failure_code,
        "card": card_data(card) if card else None,
    }


def card_data(card: PaymentMethod) -> dict[str, JSONValue]:
    return {
        "brand": card.brand,
        "last4": card.last4,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
    }


def least_recharge(currency: str, *, at: datetime) -> Decimal | None:
    """The least that a prepaid customer's recharge may be in a currency; None: no minimum."""
    minimum = value("minimum_prepaid_recharge", at=at)
    return minimum and figure_in(minimum, currency, at=at, rounded=ceil_minor)


def most_recharge(currency: str, *, at: datetime) -> Decimal | None:
    """The most that a single one may be; None: no maximum."""
    maximum = value("maximum_prepaid_recharge", at=at)
    return maximum and figure_in(maximum, currency, at=at, rounded=floor_minor)
