"""Saved cards, one-off cards, and the customer object that a gateway keeps for a company."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.audit.actions import record
from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from accounts.events.actions import publish
from billing.payments.availability import check_available
from billing.payments.exceptions import (
    GatewayRefused,
    GatewayUnavailable,
    TryGatewayLater,
    UnknownGateway,
    UnknownPaymentMethod,
)
from billing.payments.gateways.base import Card, CardGateway
from billing.payments.gateways.registry import CARD_GATEWAYS, card_gateway
from billing.payments.models import GatewayCustomer, PaymentMethod
from billing.payments.queries import card_data, gateway_customer, saved_methods


def add_method(
    company: Company,
    *,
    gateway: str,
    token: str,
    make_default: bool,
    key: str,
    by: str,
    at: datetime,
) -> PaymentMethod:
    """Attach a card to the company and keep it. The first card becomes the default.

    Calls the gateway, so not inside a transaction. Raises CardDeclined, UnknownPaymentMethod
    (token), UnknownGateway, GatewayNotAvailable, TryGatewayLater.
    """
    if gateway not in CARD_GATEWAYS:
        raise UnknownGateway(gateway)
    check_available(gateway, company)
    at_gateway = card_gateway(gateway)
    try:
        customer = customer_at(at_gateway, company)
        card = at_gateway.attach_card(token, customer=customer, key=f"attach:{key}")
    except GatewayRefused as error:
        raise UnknownPaymentMethod("token") from error
    except GatewayUnavailable as error:
        raise TryGatewayLater from error
    with transaction.atomic(durable=True):
        return _keep(company, gateway, card, make_default=make_default, by=by, at=at)


def one_off_card(company: Company, *, gateway: str, token: str, at: datetime) -> PaymentMethod:
    """A card for one payment: kept for the record, in no list, never charged again.

    Calls the gateway, so not inside a transaction. Raises as `add_method`.
    """
    check_available(gateway, company)
    try:
        card = card_gateway(gateway).card(token)
    except GatewayRefused as error:
        raise UnknownPaymentMethod from error
    except GatewayUnavailable as error:
        raise TryGatewayLater from error
    method, _ = PaymentMethod.objects.get_or_create(
        gateway=gateway,
        reference=card.reference,
        defaults=_columns(card) | {"company": company, "added_at": at, "removed_at": at},
    )
    if method.company_id != company.pk:
        raise UnknownPaymentMethod
    return method


@transaction.atomic
def make_default(method: PaymentMethod, *, by: str, at: datetime) -> None:
    """From now on this card is charged where no other is chosen."""
    lock_company(method.company_id)
    _replace_default(method)
    _audit("payment_method.made_default", method, by=by, at=at)


def remove_method(method: PaymentMethod, *, by: str, at: datetime) -> None:
    """Take a card away. The newest of the others becomes the default when this one was.

    It is not charged from the commit on; the gateway is told afterwards, and when that fails its
    copy is of no use to anybody.
    """
    with transaction.atomic(durable=True):
        lock_company(method.company_id)
        PaymentMethod.objects.filter(pk=method.pk).update(removed_at=at, is_default=False)
        others = saved_methods(method.company)
        if not others.filter(is_default=True).exists() and (newest := others.first()):
            PaymentMethod.objects.filter(pk=newest.pk).update(is_default=True)
        _audit("payment_method.removed", method, by=by, at=at)
    try:
        card_gateway(method.gateway).detach_card(method.reference)
    except (GatewayRefused, GatewayUnavailable):
        return


def customer_at(gateway: CardGateway, company: Company) -> str:
    """The gateway's reference of the company, made when it has none. Calls the gateway.

    Two callers at once use the same key and so get the same customer.
    """
    known = gateway_customer(company, gateway.name)
    if known is not None:
        return known
    reference = gateway.create_customer(
        company_id=company.pk, name=company.name, email=company.email, key=f"customer:{company.pk}"
    )
    row, _ = GatewayCustomer.objects.get_or_create(
        company=company, gateway=gateway.name, defaults={"reference": reference}
    )
    return row.reference


def _keep(
    company: Company, gateway: str, card: Card, *, make_default: bool, by: str, at: datetime
) -> PaymentMethod:
    lock_company(company.pk)
    method, is_new = PaymentMethod.objects.get_or_create(
        gateway=gateway,
        reference=card.reference,
        defaults=_columns(card) | {"company": company, "added_at": at},
    )
    if method.company_id != company.pk:
        raise UnknownPaymentMethod("token")
    PaymentMethod.objects.filter(pk=method.pk).update(removed_at=None)
    if make_default or not saved_methods(company).filter(is_default=True).exists():
        _replace_default(method)
    if is_new:
        _audit("payment_method.added", method, by=by, at=at)
        publish("payment_method.added", company=company, data={"card": card_data(method)}, at=at)
    return method


def _columns(card: Card) -> dict[str, object]:
    return {
        "brand": card.brand,
        "last4": card.last4,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
    }


def _replace_default(method: PaymentMethod) -> None:
    """The company is locked: there is one default at any time."""
    PaymentMethod.objects.filter(company=method.company_id, is_default=True).update(
        is_default=False
    )
    PaymentMethod.objects.filter(pk=method.pk).update(is_default=True)
    method.is_default = True


def _audit(action: str, method: PaymentMethod, *, by: str, at: datetime) -> None:
    record(
        action,
        actor=by,
        at=at,
        company=method.company,
        target=f"payment_method:{method.pk}",
        after={"card": str(method)},
    )
