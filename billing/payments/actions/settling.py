"""Recording what the gateway says became of a payment. Money enters the books here, once.

Answers, webhooks and look-ups all come here, in any order and any number. What the gateway calls
succeeded is booked whatever we thought before; nothing else undoes what is booked.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.events.actions import publish
from billing.documents.actions import issue_receipt, take_numbers
from billing.documents.kept import as_kept
from billing.documents.models import Series
from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.models import AccountKind, EntryKind
from billing.ledger.queries import balance, balance_after, lock_payer
from billing.payments.actions.receipts import receipt_content
from billing.payments.actions.standing import note_failure, note_success
from billing.payments.conversion import exchange_legs
from billing.payments.exceptions import GatewayRefused
from billing.payments.gateways.base import GatewayPayment, Outcome
from billing.payments.models import Payment
from billing.payments.queries import lock_payment, method_label, payment_data
from billing.payments.registry import tell_outcome

SYSTEM = "system"
WRONG_AMOUNT = "wrong_amount"
LOST = "no_answer"
CONFIRMABLE = "authentication_required"
_ENTRY_KINDS = {
    Payment.Purpose.RECHARGE: EntryKind.RECHARGE,
    Payment.Purpose.DEPOSIT: EntryKind.DEPOSIT,
}
UNSETTLED = (Payment.Status.PENDING, Payment.Status.REQUIRES_ACTION)


@transaction.atomic
def settle_payment(payment_id: UUID, seen: GatewayPayment, *, at: datetime) -> Payment:
    """Bring our payment to what the gateway sees. Another amount than asked for is not booked:
    the payment fails with `wrong_amount`, and staff look."""
    payment = _locked(payment_id)
    if seen.outcome is Outcome.SUCCEEDED:
        if payment.entry_id is None:
            _succeed(payment, seen, at=at)
    elif seen.outcome is Outcome.FAILED:
        _fail_with(payment, seen, at=at)
    elif payment.entry_id is None:
        _wait(payment, seen, at=at)
    return payment


@transaction.atomic
def settle_refused(payment_id: UUID, refusal: GatewayRefused, *, at: datetime) -> Payment:
    """The gateway refused the request itself: nothing was charged."""
    payment = _locked(payment_id)
    if payment.status in UNSETTLED:
        _fail(payment, code=refusal.code, message=refusal.message, at=at)
    return payment


@transaction.atomic
def settle_lost(payment_id: UUID, *, at: datetime) -> Payment:
    """The gateway has never heard of it: nothing was charged."""
    payment = _locked(payment_id)
    if payment.status == Payment.Status.PENDING and not payment.gateway_reference:
        _fail(payment, code=LOST, message="The gateway did not answer.", at=at)
    return payment


@transaction.atomic
def book_payment(payment: Payment, *, at: datetime) -> Payment:
    """Money has come in: entry, receipt voucher, event. The caller holds account and payment.

    The entry's key is the gateway's id of the payment, so that it is booked once whoever comes.
    """
    [number] = take_numbers(Series.Kind.RECEIPT, count=1, at=at)
    payment.entry = make_entry(
        _ENTRY_KINDS.get(Payment.Purpose(payment.purpose), EntryKind.PAYMENT),
        company=payment.company,
        legs=_legs(payment),
        key=f"payment:{payment.gateway}:{payment.gateway_reference}",
        at=at,
        by=payment.by,
        description=_description(payment),
        document=number,
    )
    payment.status = Payment.Status.COMPLETED
    payment.received_at = payment.received_at or at
    payment.client_secret = payment.action_url = ""
    payment.failure_code = payment.failure_message = ""
    content = receipt_content(payment, number=number, balance_after=_after(payment), at=at)
    payment.receipt = issue_receipt(payment.company, content=content)
    payment.save()
    note_success(payment.company)
    publish("payment.completed", company=payment.company, data=_data(payment), at=at)
    tell_outcome(payment, at=at)
    return payment


def _locked(payment_id: UUID) -> Payment:
    """The payment, locked after its account, as the lock order wants it."""
    unlocked = Payment.objects.get(pk=payment_id)
    lock_payer(unlocked.company_id, str(unlocked.amount.currency))
    return lock_payment(payment_id)


def _succeed(payment: Payment, seen: GatewayPayment, *, at: datetime) -> None:
    payment.gateway_reference = seen.reference
    if _differs(payment, seen):
        received = f"{seen.amount} {seen.currency} was received."
        _fail(payment, code=WRONG_AMOUNT, message=received, at=at)
        return
    mark_card(payment, is_refused=False)
    book_payment(payment, at=at)


def _fail_with(payment: Payment, seen: GatewayPayment, *, at: datetime) -> None:
    if payment.status == Payment.Status.FAILED:
        # Failed before; what its customer might have confirmed may be withdrawn by now.
        payment.client_secret = seen.client_secret if _is_confirmable(seen) else ""
        payment.save(update_fields=["client_secret"])
        return
    if payment.status not in UNSETTLED:
        return
    payment.gateway_reference = seen.reference
    payment.client_secret = seen.client_secret if _is_confirmable(seen) else ""
    if seen.is_hard_decline:
        mark_card(payment, is_refused=True)
    _fail(payment, code=seen.failure_code, message=seen.failure_message, at=at)


def _fail(payment: Payment, *, code: str, message: str, at: datetime) -> None:
    payment.status = Payment.Status.FAILED
    payment.failure_code, payment.failure_message = code[:64], message[:300]
    payment.action_url = ""
    payment.save()
    note_failure(payment.company, at=at)
    publish("payment.failed", company=payment.company, data=_data(payment), at=at)
    tell_outcome(payment, at=at)


def _wait(payment: Payment, seen: GatewayPayment, *, at: datetime) -> None:
    """The customer has to act, or the gateway takes its time. Late news of a failed one is old."""
    if payment.status == Payment.Status.FAILED and not payment.client_secret:
        return
    before = payment.status, payment.action_url
    if seen.outcome is Outcome.REQUIRES_ACTION:
        payment.status = Payment.Status.REQUIRES_ACTION
    elif payment.status != Payment.Status.FAILED:
        payment.status = Payment.Status.PENDING
    payment.gateway_reference = seen.reference
    payment.client_secret, payment.action_url = seen.client_secret, seen.action_url
    payment.save()
    if before != (payment.status, payment.action_url):
        publish("payment.pending", company=payment.company, data=_data(payment), at=at)
        tell_outcome(payment, at=at)


def mark_card(payment: Payment, *, is_refused: bool) -> None:
    """Whether the card of a payment may be charged again by itself."""
    card = payment.payment_method
    if card is not None and card.is_refused != is_refused:
        card.is_refused = is_refused
        card.save(update_fields=["is_refused"])


def _differs(payment: Payment, seen: GatewayPayment) -> bool:
    asked = payment.charged.amount, str(payment.charged.currency)
    return asked != (seen.amount, seen.currency)


def _is_confirmable(seen: GatewayPayment) -> bool:
    return seen.failure_code == CONFIRMABLE


def _legs(payment: Payment) -> list[LegSpec]:
    """A deposit is the customer's, but no money to spend: it has an account of its own."""
    is_deposit = payment.purpose == Payment.Purpose.DEPOSIT
    kind = AccountKind.DEPOSIT if is_deposit else AccountKind.CUSTOMER
    amount, taken = payment.amount, payment.charged
    return [
        LegSpec(AccountKind.CASH, -taken.amount, str(taken.currency), detail=payment.gateway),
        *exchange_legs(amount, taken, sign=1),
        LegSpec(kind, amount.amount, str(amount.currency), payment.company),
    ]


def _after(payment: Payment) -> Decimal:
    """The balance after a payment that is booked; a deposit does not move it."""
    if payment.entry is None or payment.purpose == Payment.Purpose.DEPOSIT:
        return balance(payment.company).balance
    return balance_after(payment.entry)


def _description(payment: Payment) -> str:
    what = {
        Payment.Purpose.RECHARGE: "Recharge",
        Payment.Purpose.INVOICE: "Payment",
        Payment.Purpose.TOP_UP: "Payment",
        Payment.Purpose.DEPOSIT: "Verification deposit",
    }[Payment.Purpose(payment.purpose)]
    automatic = "Automatic recharge" if payment.is_off_session else what
    reference = f" ({payment.reference})" if payment.reference else ""
    with as_kept():
        return f"{automatic}, {method_label(payment)}{reference}"


def _data(payment: Payment) -> dict[str, object]:
    return {"payment": payment_data(payment)}
