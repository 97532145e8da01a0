"""What stands on the receipt voucher of a payment."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext, gettext_noop

from billing.documents.kept import in_documents_of
from billing.documents.queries import buyer, document_language, look, seller
from billing.documents.rendering.content import Exchange, ReceiptContent
from billing.ledger.queries import displayed
from billing.money.calc import round_minor
from billing.payments.models import Payment
from billing.payments.queries import method_label
from billing.profiles.queries import profile_of

PURPOSES = {
    Payment.Purpose.RECHARGE: gettext_noop("Recharge of the balance"),
    Payment.Purpose.INVOICE: gettext_noop("Payment of an invoice"),
    Payment.Purpose.TOP_UP: gettext_noop("Payment to the balance"),
    Payment.Purpose.DEPOSIT: gettext_noop(
        "Verification deposit, held until the account is verified"
    ),
}


def receipt_content(
    payment: Payment, *, number: str, balance_after: Decimal, at: datetime
) -> ReceiptContent:
    """The voucher as it will be printed for ever; the balance on it as customers see it."""
    currency = str(payment.amount.currency)
    billing_type = profile_of(payment.company_id).billing_type
    shown = displayed(balance_after, billing_type=billing_type, at=at)
    language = document_language(payment.company, at=at)
    with in_documents_of(language):
        method, purpose = method_label(payment), _purpose(payment)
    return ReceiptContent(
        number=number,
        seller=seller(at=at),
        buyer=buyer(payment.company),
        currency=currency,
        amount=round_minor(payment.amount.amount, currency),
        issued_at=at,
        received_at=payment.received_at or at,
        method=method,
        reference=payment.reference or payment.gateway_reference,
        purpose=purpose,
        balance_after=round_minor(shown, currency),
        charged=_charged(payment),
        language=language,
        time_zone=payment.company.timezone,
        look=look("receipt", language=language, at=at),
    )


def _charged(payment: Payment) -> Exchange | None:
    """What the card was charged in another currency, and the rate."""
    rate = payment.exchange_rate
    if rate is None:
        return None
    return Exchange(
        purpose="charged",
        amount=payment.charged.amount,
        amount_currency=str(payment.charged.currency),
        base=rate.base,
        currency=rate.currency,
        units_per_base=rate.units_per_base,
        valid_from=rate.valid_from,
    )


def _purpose(payment: Payment) -> str:
    if payment.is_off_session:
        return gettext("Automatic recharge")
    return gettext(PURPOSES[Payment.Purpose(payment.purpose)])
