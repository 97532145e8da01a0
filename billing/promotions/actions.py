"""Promo codes: made by staff, redeemed by companies."""

from __future__ import annotations

import secrets
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _t

from accounts.audit.actions import record
from accounts.companies.models import Company
from billing.ledger.queries import lock_payer
from billing.profiles.queries import profile_of
from billing.promotions.calc import ALPHABET
from billing.promotions.credits import grant_credit
from billing.promotions.exceptions import PromoCodeInvalid, PromoCodeRefused
from billing.promotions.models import PromoCode, Redemption
from billing.promotions.queries import is_new
from features.queries import value

SIGNS = 6
HUNDRED = Decimal(100)


@transaction.atomic
def create_promo_code(
    *,
    kind: str,
    by: str,
    at: datetime,
    percent: Decimal | None = None,
    amount: Decimal | None = None,
    currency: str = "",
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    max_redemptions: int | None = None,
    max_per_company: int = 1,
    invoices: int | None = 1,
) -> PromoCode:
    """A code of its own, after the prefix that is set. `invoices` None is a credit, 0 is all of
    them. Raises PromoCodeInvalid."""
    _check(percent=percent, amount=amount, currency=currency, invoices=invoices)
    if valid_from and valid_until and valid_until <= valid_from:
        raise PromoCodeInvalid("valid_until", "It ends before it begins.")
    code = PromoCode.objects.create(
        code=_new_code(at=at),
        kind=kind,
        percent=percent,
        amount=amount,
        currency=currency,
        valid_from=valid_from,
        valid_until=valid_until,
        max_redemptions=max_redemptions,
        max_per_company=max_per_company,
        invoices=invoices,
        created_by=by,
        created_at=at,
    )
    record("promo_code.created", actor=by, at=at, target=f"promo_code:{code}")
    return code


@transaction.atomic
def redeem(company: Company, code: str, *, by: str, at: datetime) -> Redemption:
    """Take a code: something off the next invoices, or a credit at once. Raises PromoCodeRefused.

    The count is raised and compared by one statement, so that a limit is never passed.
    """
    profile = profile_of(company.pk)
    account = lock_payer(company.pk, profile.currency)
    promo = PromoCode.objects.filter(code=code.strip().upper()).first()
    if promo is None:
        raise PromoCodeRefused("unknown", _t("There is no such code."))
    _check_may_redeem(company, promo, currency=profile.currency, at=at)
    if not _count(promo):
        raise PromoCodeRefused("used_up", _t("This code has been redeemed as often as it may be."))
    redemption = Redemption.objects.create(
        code=promo, company=company, redeemed_by=by, redeemed_at=at
    )
    if promo.is_credit:
        grant_credit(redemption, account, expires_at=promo.valid_until, by=by, at=at)
    record("promo_code.redeemed", actor=by, at=at, company=company, target=f"promo_code:{promo}")
    return redemption


def _check(
    *, percent: Decimal | None, amount: Decimal | None, currency: str, invoices: int | None
) -> None:
    if (percent is None) == (amount is None):
        raise PromoCodeInvalid("amount", "Give either a percentage or an amount.")
    if amount is not None and (amount <= 0 or not currency):
        raise PromoCodeInvalid("amount", "An amount is above zero and has a currency.")
    if percent is not None and not 0 < percent <= HUNDRED:
        raise PromoCodeInvalid("percent", "A share is above 0 and at most 100 %.")
    if percent is not None and invoices is None:
        raise PromoCodeInvalid("as_credit", "A credit is an amount.")


def _new_code(*, at: datetime) -> str:
    prefix = value("promo_code_prefix", at=at)
    while True:
        signs = "".join(secrets.choice(ALPHABET) for _ in range(SIGNS))
        code = f"{prefix}-{signs}" if prefix else signs
        if not PromoCode.objects.filter(code=code).exists():
            return code


def _check_may_redeem(company: Company, promo: PromoCode, *, currency: str, at: datetime) -> None:
    if promo.valid_from and at < promo.valid_from:
        raise PromoCodeRefused("not_yet_valid", _t("This code is not valid yet."))
    if promo.valid_until and at >= promo.valid_until:
        raise PromoCodeRefused("expired", _t("This code has expired."))
    if is_new(company) != (promo.kind == PromoCode.Kind.SIGNUP):
        is_for_new = promo.kind == PromoCode.Kind.SIGNUP
        new = _t("This code is for new customers.")
        others = _t("This code is for existing customers.")
        raise PromoCodeRefused("not_for_you", new if is_for_new else others)
    if promo.currency and promo.currency != currency:
        detail = _t("This code is in %(currency)s.") % {"currency": promo.currency}
        raise PromoCodeRefused("wrong_currency", detail)
    mine = Redemption.objects.filter(company=company, code=promo).count()
    if mine >= promo.max_per_company:
        raise PromoCodeRefused("already_redeemed", _t("You have redeemed this code already."))


def _count(promo: PromoCode) -> bool:
    """Take one of what the code has left; the update waits for whoever else takes one."""
    left = PromoCode.objects.filter(pk=promo.pk).exclude(redeemed__gte=F("max_redemptions"))
    return left.update(redeemed=F("redeemed") + 1) == 1
