"""A charge in sentences: how its amount came about."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _t

from billing.catalog.calc import UNITS
from billing.catalog.models import PlanVersion, Price
from billing.documents.kept import said
from billing.metering.models import PRICED_KINDS, Charge
from billing.money.calc import plain


def explain(charge: Charge) -> list[str]:
    """The sentences, in the order of the calculation."""
    currency = charge.company.billing_profile.currency
    if charge.version is None:
        return [*_account(charge, currency), *_tax(charge, currency), *_period(charge)]
    if charge.kind != Charge.Kind.USAGE:
        fee = _fee(charge, charge.version, currency)
        return [*fee, *_tax(charge, currency), *_period(charge)]
    return [
        *_use(charge, charge.version),
        *_allowance(charge),
        *_price(charge, charge.version, currency),
        *_tax(charge, currency),
        *_period(charge),
    ]


def _use(charge: Charge, version: PlanVersion) -> Iterator[str]:
    unit = charge.meter.base_unit if charge.meter else ""
    facts = {
        "subject": charge.subject,
        "quantity": f"{charge.quantity} {unit}",
        "country": charge.country,
        "when": f"{charge.started_at:%Y-%m-%d %H:%M:%S} UTC",
    }
    if charge.reverses:
        yield _t("This takes back the charge %(charge)s.") % {"charge": charge.reverses}
    if charge.country:
        yield _t("%(subject)s used %(quantity)s in %(country)s, from %(when)s.") % facts
    else:
        yield _t("%(subject)s used %(quantity)s, from %(when)s.") % facts
    if charge.billed != charge.quantity:
        yield _t("Rounded up to whole %(increment)s this counts as %(quantity)s.") % {
            "increment": version.increment,
            "quantity": f"{charge.billed} {unit}",
        }


def _allowance(charge: Charge) -> Iterator[str]:
    if charge.covered:
        yield _t("%(quantity)s had been charged by a reservation of session %(session)s.") % {
            "quantity": charge.covered,
            "session": charge.session,
        }
    if charge.from_allowance:
        included = {"quantity": charge.from_allowance}
        yield _t("%(quantity)s were included in the plan.") % included
    if charge.billable != charge.billed:
        yield _t("%(quantity)s remain to be charged.") % {"quantity": charge.billable}


def _price(charge: Charge, version: PlanVersion, currency: str) -> Iterator[str]:
    price = charge.price
    if price is None:
        return
    facts = {"plan": version, "amount": f"{plain(charge.amount)} {currency}"}
    if price.tier_mode != Price.TierMode.FLAT:
        yield from _rate(charge)
        yield _t(
            "The %(mode)s tiers of %(plan)s give %(amount)s for this part of the period's use."
        ) % {**facts, "mode": price.tier_mode}
        return
    unit = UNITS[price.unit].name
    if price.note:
        yield from _rate(charge)
        each = plain(charge.unit_price or Decimal(0))
        yield _t("%(plan)s, %(note)s: %(each)s per %(unit)s: %(amount)s.") % {
            **facts,
            "note": price.note,
            "each": f"{each} {currency}",
            "unit": unit,
        }
        return
    if charge.prepaid:
        yield _t("%(amount)s of it had been paid by a reservation of session %(session)s.") % {
            "amount": f"{plain(charge.prepaid)} {currency}",
            "session": charge.session,
        }
    if charge.exchange_rate is not None:
        yield from _converted(charge, version, price, currency)
        return
    each = f"{plain(price.per_unit or Decimal(0))} {currency}"
    yield _by_place(price) % {**facts, "each": each, "unit": unit, "place": _place(price)}


def _by_place(price: Price) -> str:
    if price.zone:
        return _t("%(plan)s charges %(each)s per %(unit)s in zone %(place)s: %(amount)s.")
    if price.country:
        return _t("%(plan)s charges %(each)s per %(unit)s in %(place)s: %(amount)s.")
    return _t("%(plan)s charges %(each)s per %(unit)s: %(amount)s.")


def _converted(charge: Charge, version: PlanVersion, price: Price, currency: str) -> Iterator[str]:
    """The price as it was given, the rate, and what both come to."""
    yield _t("%(plan)s charges %(each)s per %(unit)s.") % {
        "plan": version,
        "each": f"{plain(price.per_unit or Decimal(0))} {version.plan.currency}",
        "unit": UNITS[price.unit].name,
    }
    yield from _rate(charge)
    yield _t("In %(currency)s that is %(amount)s.") % {
        "currency": currency,
        "amount": f"{plain(charge.amount)} {currency}",
    }


def _rate(charge: Charge) -> Iterator[str]:
    rate = charge.exchange_rate
    if rate is not None:
        yield _t("%(rate)s, the rate of %(day)s for this billing period.") % {
            "rate": f"1 {rate.base} = {plain(rate.units_per_base)} {rate.currency}",
            "day": f"{rate.valid_from:%Y-%m-%d}",
        }


def _place(price: Price) -> str:
    return price.zone.name if price.zone else price.country


def _fee(charge: Charge, version: PlanVersion, currency: str) -> Iterator[str]:
    facts = {
        "plan": version,
        "subject": charge.subject,
        "amount": f"{plain(charge.amount)} {currency}",
    }
    yield from _rate(charge)
    if charge.kind == Charge.Kind.MONTHLY_FEE:
        yield _t("The monthly fee of %(plan)s for %(subject)s: %(amount)s.") % facts
    else:
        yield _t("The activation fee of %(plan)s for %(subject)s: %(amount)s.") % facts


def _account(charge: Charge, currency: str) -> Iterator[str]:
    yield f"{said(charge.label)}: {plain(charge.amount)} {currency}."


def _tax(charge: Charge, currency: str) -> Iterator[str]:
    terms = charge.tax_terms
    rule = terms.rule if terms is not None else None
    facts = {
        "percent": plain(charge.tax_percent),
        "by": f" ({rule})" if rule is not None else "",
        "price": f"{plain(charge.amount + charge.tax)} {currency}",
        "net": f"{plain(charge.amount)}",
        "tax": f"{plain(charge.tax)}",
        "amount": f"{plain(charge.tax)} {currency}",
    }
    if terms is not None and terms.includes_tax and charge.kind in PRICED_KINDS:
        yield (
            _t(
                "The price includes tax of %(percent)s %%%(by)s: of %(price)s"
                " %(net)s are net and %(tax)s are tax."
            )
            % facts
        )
    elif charge.tax_percent:
        yield _t("Tax of %(percent)s %% on it%(by)s: %(amount)s.") % facts
    elif rule is not None:
        yield _t("No tax on it%(by)s.") % facts


def _period(charge: Charge) -> Iterator[str]:
    if charge.use_period_id != charge.period_id:
        yield _t(
            "It belongs to %(used)s, which had been invoiced already,"
            " and is charged in %(charged)s."
        ) % {"used": charge.use_period, "charged": charge.period}
