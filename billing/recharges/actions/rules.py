"""Setting a company's rule for automatic recharge, and its consumption alert."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import transaction

from accounts.audit.actions import record
from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from billing.ledger.queries import lock_account
from billing.money.calc import plain
from billing.payments.exceptions import UnknownPaymentMethod
from billing.payments.queries import saved_methods
from billing.profiles.models import BillingProfile
from billing.profiles.queries import floor, profile_of
from billing.recharges.actions.openings import open_due_for
from billing.recharges.actions.states import NOT_NEEDED, call_off, start_over
from billing.recharges.exceptions import (
    InvalidAlert,
    InvalidCap,
    RechargeBelowMinimum,
    RechargeToNotAboveThreshold,
    ThresholdBelowFloor,
)
from billing.recharges.models import ConsumptionAlert, Recharge, RechargeAttempt, RechargeRule
from billing.recharges.queries import limits, lock_open_recharge, money_text, rule_of


class RuleTerms(TypedDict):
    """What a rule says; amounts in the company's currency, cards by their ids."""

    enabled: bool
    threshold: Decimal
    recharge_to: Decimal
    payment_method: UUID | None
    fallback_methods: Sequence[UUID]
    monthly_cap: Decimal | None
    max_per_day: int | None


@transaction.atomic
def set_rule(
    company: Company, *, by: str, at: datetime, **terms: Unpack[RuleTerms]
) -> RechargeRule:
    """Save the rule; at or below its threshold already, a recharge opens at once.

    A pause ends, and a recharge that waits for its retry is tried at once with all its attempts;
    switched off, it is called off. Raises RechargeToNotAboveThreshold, ThresholdBelowFloor,
    RechargeBelowMinimum, InvalidCap, UnknownPaymentMethod.
    """
    lock_company(company.pk)
    profile = profile_of(company.pk)
    lock_account(company.pk, profile.currency)
    if terms["enabled"]:
        threshold, recharge_to = terms["threshold"], terms["recharge_to"]
        check_amounts(profile, threshold=threshold, recharge_to=recharge_to, at=at)
        _check_cap(profile, terms["monthly_cap"], at=at)
    _check_cards(company, terms["payment_method"], terms["fallback_methods"])
    before = rule_of(company)
    rule, _ = RechargeRule.objects.update_or_create(
        company=company, defaults=_columns(terms, at=at)
    )
    changes = {"before": rule_json(before), "after": rule_json(rule)}
    _audit(company, "recharge_rule.set", **changes, by=by, at=at)
    _try_again(rule, at=at)
    return rule


@transaction.atomic
def set_alert(
    company: Company,
    *,
    enabled: bool,
    limit: Decimal,
    emails: Sequence[str],
    by: str,
    at: datetime,
) -> ConsumptionAlert:
    """Save the alert: consumption of a period that reaches `limit` (tax included) is mailed to
    these addresses, once a period; another limit may be told again. Raises InvalidAlert."""
    if enabled and limit <= 0:
        raise InvalidAlert("The limit must be above zero.", attr="limit")
    if enabled and not emails:
        raise InvalidAlert("Name at least one address.", attr="emails")
    lock_company(company.pk)
    before = ConsumptionAlert.objects.filter(company=company).first()
    told_for = before.told_for if before is not None and before.limit == limit else None
    alert, _ = ConsumptionAlert.objects.update_or_create(
        company=company,
        defaults={
            "enabled": enabled,
            "limit": limit,
            "emails": list(emails),
            "told_for": told_for,
            "changed_at": at,
        },
    )
    after = {"enabled": enabled, "limit": plain(limit), "emails": list(emails)}
    _audit(company, "consumption_alert.set", before=None, after=after, by=by, at=at)
    return alert


@transaction.atomic
def resume_rule(company: Company, *, card_added_at: datetime, at: datetime) -> None:
    """A new card came after the last attempt: a pause ends, what waits for its retry is tried."""
    profile = profile_of(company.pk)
    lock_account(company.pk, profile.currency)
    rule = rule_of(company)
    if rule is None or not rule.enabled:
        return
    last = RechargeAttempt.objects.filter(recharge__company=company).order_by("-made_at").first()
    if last is None or last.made_at < card_added_at:
        RechargeRule.objects.filter(pk=rule.pk).update(paused_at=None)
        _try_again(rule, at=at)


def check_amounts(
    profile: BillingProfile, *, threshold: Decimal, recharge_to: Decimal, at: datetime
) -> None:
    """Refuse a rule that could never work: the recharge opens at the threshold, and from there
    to the target is what it charges."""
    if recharge_to <= threshold:
        raise RechargeToNotAboveThreshold
    lowest = floor(profile)
    if lowest is not None and threshold < lowest:
        raise ThresholdBelowFloor(money_text(lowest, profile.currency))
    minimum = limits(profile, at=at).minimum
    if minimum is not None and recharge_to - threshold < minimum:
        raise RechargeBelowMinimum(money_text(minimum, profile.currency))


def rule_json(rule: RechargeRule | None) -> dict[str, object] | None:
    """The rule as the audit trail keeps it."""
    if rule is None:
        return None
    return {
        "enabled": rule.enabled,
        "threshold": plain(rule.threshold),
        "recharge_to": plain(rule.recharge_to),
        "payment_method": str(rule.payment_method_id) if rule.payment_method_id else None,
        "fallback_methods": [str(card) for card in rule.fallback_methods],
        "monthly_cap": None if rule.monthly_cap is None else plain(rule.monthly_cap),
        "max_per_day": rule.max_per_day,
    }


def _columns(terms: RuleTerms, *, at: datetime) -> dict[str, object]:
    """The rule's row: a pause ends, and the next look at the balance counts as a crossing."""
    columns: dict[str, object] = dict(terms)
    columns["payment_method_id"] = columns.pop("payment_method")
    columns["fallback_methods"] = list(terms["fallback_methods"])
    return columns | {"paused_at": None, "threshold_told_at": None, "changed_at": at}


def _try_again(rule: RechargeRule, *, at: datetime) -> None:
    waiting = lock_open_recharge(rule.company)
    if waiting is not None and waiting.status != Recharge.Status.CHARGING:
        if rule.enabled:
            start_over(waiting, at=at)
        else:
            note = "Automatic recharge was switched off."
            call_off(waiting, code=NOT_NEEDED, note=note, at=at)
    open_due_for([rule.company_id], at=at)


def _check_cap(profile: BillingProfile, cap: Decimal | None, *, at: datetime) -> None:
    least = limits(profile, at=at).minimum or Decimal(0)
    if cap is not None and (cap <= 0 or cap < least):
        raise InvalidCap


def _check_cards(company: Company, chosen: UUID | None, fallbacks: Sequence[UUID]) -> None:
    known = set(saved_methods(company).values_list("pk", flat=True))
    if chosen is not None and chosen not in known:
        raise UnknownPaymentMethod
    if not known.issuperset(fallbacks):
        raise UnknownPaymentMethod("fallback_methods")


def _audit(
    company: Company,
    action: str,
    *,
    before: dict[str, object] | None,
    after: dict[str, object] | None,
    by: str,
    at: datetime,
) -> None:
    target = f"company:{company.pk}"
    record(action, actor=by, at=at, company=company, target=target, before=before, after=after)
