"""Switching gateways on and off, for all or for some countries and currencies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from accounts.audit.actions import record
from billing.catalog.rules import is_country
from billing.money.calc import is_currency
from billing.payments.exceptions import UnknownCode, UnknownGateway
from billing.payments.models import GatewaySetting


@transaction.atomic
def set_gateway(
    gateway: str,
    *,
    is_on: bool,
    countries: Sequence[str],
    currencies: Sequence[str],
    reason: str,
    by: str,
    at: datetime,
) -> GatewaySetting:
    """Say who may pay through the gateway from now on; no countries or currencies mean all.

    Raises UnknownGateway, UnknownCode.
    """
    if gateway not in GatewaySetting.Name.values:
        raise UnknownGateway(gateway)
    GatewaySetting.objects.get_or_create(gateway=gateway)
    row = GatewaySetting.objects.select_for_update().get(pk=gateway)
    before = _said(row)
    row.is_on = is_on
    row.countries = _codes(countries, is_known=is_country, attr="countries")
    row.currencies = _codes(currencies, is_known=is_currency, attr="currencies")
    row.save()
    record(
        "gateway.changed",
        actor=by,
        at=at,
        target=f"gateway:{gateway}",
        before=before,
        after=_said(row),
        reason=reason,
    )
    return row


def _codes(texts: Sequence[str], *, is_known: Callable[[str], bool], attr: str) -> list[str]:
    """Each once, in order, in capital letters."""
    codes = sorted({text.strip().upper() for text in texts})
    for code in codes:
        if not is_known(code):
            raise UnknownCode(code, attr=attr)
    return codes


def _said(row: GatewaySetting) -> dict[str, object]:
    return {"is_on": row.is_on, "countries": row.countries, "currencies": row.currencies}
