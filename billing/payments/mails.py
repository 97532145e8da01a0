"""The mail that brings the receipt voucher of a payment, and what mails about money share."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import get_language
from djmoney.money import Money

from accounts.companies.models import Company
from accounts.notifications.actions import Attachment, queue_mail
from accounts.notifications.models import Mail
from accounts.notifications.queries import recipients
from accounts.people.models import Role, User
from billing.documents.models import Receipt
from billing.documents.queries import receipt_pdf
from billing.ledger.queries import balance, displayed
from billing.money.calc import round_minor
from billing.money.formatting import format_money, locale_of
from billing.payments.models import Payment, PaymentMethod
from billing.payments.queries import method_label
from billing.profiles.queries import profile_of

MONEY_ROLES = (Role.OWNER, Role.ADMIN, Role.FINANCE)
STAFF_GROUPS = ("administrator", "billing")


def money_readers(company: Company) -> list[str]:
    """Who is told about a company's money: its own address and who may pay."""
    return recipients(company, *MONEY_ROLES)


def invoice_readers(company: Company) -> list[str]:
    """Who gets documents to pay: the addresses set for invoices, else who handles money."""
    return profile_of(company.pk).invoice_emails or money_readers(company)


def billing_staff() -> list[str]:
    """The staff who look after money."""
    staff = User.objects.filter(is_staff=True, is_active=True, groups__name__in=STAFF_GROUPS)
    return list(staff.order_by("email").distinct().values_list("email", flat=True))


def _figure(amount: Decimal, currency: str) -> str:
    locale = locale_of(get_language() or settings.LANGUAGE_CODE)
    return format_money(round_minor(amount, currency), currency, locale)


# Said in the language of who reads the mail: an amount in minor units, and how it was paid.
figure = lazy(_figure, str)
method_words = lazy(method_label, str)


def money_figure(money: Money) -> str:
    return figure(money.amount, str(money.currency))


def shown_balance(company: Company, *, at: datetime) -> str:
    """The available balance as the customer sees it."""
    return as_shown(balance(company).available, company, at=at)


def as_shown(amount: Decimal, company: Company, *, at: datetime) -> str:
    """A balance of some instant as the customer sees it."""
    profile = profile_of(company.pk)
    shown = displayed(amount, billing_type=profile.billing_type, at=at)
    return figure(shown, profile.currency)


def portal(path: str) -> str:
    return f"{settings.PUBLIC_URL}/portal/{path}"


def receipt_attachment(receipt: Receipt) -> Attachment:
    return Attachment(f"{receipt.number}.pdf", "application/pdf", receipt_pdf(receipt))


def mail_expiry(card: PaymentMethod, *, at: datetime) -> bool:
    """Tell once that a card in use is about to expire; False when that was told before."""
    once = f"card:{card.pk}:expires:{card.exp_year}-{card.exp_month:02d}"
    if Mail.objects.filter(once=once).exists():
        return False
    queue_mail(
        "card_expiring",
        company=card.company,
        to=money_readers(card.company),
        once=once,
        context={
            "card": str(card),
            "expires": f"{card.exp_month:02d}/{card.exp_year}",
            "url": portal("profile/payment/"),
        },
        at=at,
    )
    return True


def mail_receipt(payment: Payment, *, at: datetime) -> None:
    """Queue the receipt voucher of money that came in otherwise than by a recharge."""
    company, receipt = payment.company, payment.receipt
    if receipt is None:
        return
    queue_mail(
        "payment_received",
        company=company,
        to=money_readers(company),
        once=f"payment:{payment.pk}:received",
        context={
            "amount": money_figure(payment.amount),
            "method": method_words(payment),
            "reference": payment.reference,
            "receipt": receipt.number,
            "balance": shown_balance(company, at=at),
            "url": portal("payments/"),
        },
        at=at,
        attachments=[receipt_attachment(receipt)],
    )
