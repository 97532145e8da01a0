"""Setting a rule of tax. It acts from its instant on and changes nothing earlier."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.audit.actions import record
from billing.money.calc import plain
from billing.tax.calc import HUNDRED, ORGANIZATION, Treatment
from billing.tax.exceptions import TaxRuleInvalid
from billing.tax.models import WITHDRAWN, TaxRule

NOTHING = Decimal(0)


@transaction.atomic
def set_tax_rule(
    *,
    country: str,
    category: str,
    treatment: str,
    by: str,
    at: datetime,
    percent: Decimal = NOTHING,
    name: str = "",
    reason: str = "",
    includes_tax: bool | None = None,
    valid_from: datetime | None = None,
) -> TaxRule:
    """The tax of one kind of client in one country (or EU, or any other) from `valid_from` or now
    on. It takes the place of the rule that holds by then; the treatment WITHDRAWN leaves none.

    Audited. Raises TaxRuleInvalid.
    """
    rule = TaxRule(
        country=country,
        category=category,
        treatment=treatment,
        percent=percent,
        name=name,
        reason=reason,
        includes_tax=includes_tax,
        valid_from=valid_from or at,
        set_by=by,
        set_at=at,
    )
    _check(rule)
    rule.save(force_insert=True)
    record(
        "tax_rule.set",
        actor=by,
        at=at,
        target=f"tax_rule:{rule.pk}",
        after={
            "country": rule.place,
            "category": category,
            "treatment": treatment,
            "percent": plain(percent),
            "valid_from": rule.valid_from.isoformat(),
        },
    )
    return rule


def _check(rule: TaxRule) -> None:
    if rule.valid_from < rule.set_at:
        raise TaxRuleInvalid("valid_from", "A rule cannot begin in the past.")
    if not NOTHING <= rule.percent <= HUNDRED:
        raise TaxRuleInvalid("percent", "A tax rate is between 0 and 100 percent.")
    if rule.treatment == Treatment.STANDARD and not rule.percent:
        raise TaxRuleInvalid("percent", "A standard rate is above zero; else it is zero rated.")
    if rule.treatment != Treatment.STANDARD and rule.percent:
        raise TaxRuleInvalid("percent", "Only a standard treatment has a rate above zero.")
    _check_treatment(rule)
    same = TaxRule.objects.filter(country=rule.country, category=rule.category)
    if same.filter(valid_from=rule.valid_from).exists():
        raise TaxRuleInvalid("valid_from", "Another rule for them begins at this very instant.")
    if rule.treatment == WITHDRAWN and not same.filter(valid_from__lt=rule.valid_from).exists():
        raise TaxRuleInvalid("treatment", "There is no rule for them to be withdrawn.")


def _check_treatment(rule: TaxRule) -> None:
    if rule.treatment == Treatment.REVERSE_CHARGE and rule.category != ORGANIZATION:
        raise TaxRuleInvalid("category", "Reverse charge is for organizations.")
    if rule.treatment == Treatment.EXEMPT and not rule.reason:
        raise TaxRuleInvalid("reason", "Say why no tax is due: it is printed on documents.")
