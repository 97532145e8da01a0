"""Which gateways a company may use: the provider's switches, its country, its currency.

They bind new money only: what was begun is settled, refunded and disputed whatever they say.
"""

from __future__ import annotations

from datetime import datetime

from accounts.companies.models import Company
from billing.payments.exceptions import GatewayNotAvailable
from billing.payments.models import GatewaySetting
from billing.profiles.queries import profile_of
from features.queries import value

Name = GatewaySetting.Name


def gateway_settings() -> list[GatewaySetting]:
    """All gateways as they are set, in the order of their declaration."""
    rows = {row.gateway: row for row in GatewaySetting.objects.all()}
    return [rows.get(name) or GatewaySetting(gateway=name) for name in Name]


def gateway_setting(gateway: str) -> GatewaySetting:
    """How the gateway is set."""
    row = GatewaySetting.objects.filter(pk=gateway).first()
    return row or GatewaySetting(gateway=gateway)


def is_available(gateway: str, company: Company) -> bool:
    """Whether the company may pay through the gateway now."""
    currency = profile_of(company.pk).currency
    return gateway_setting(gateway).serves(country=str(company.country), currency=currency)


def check_available(gateway: str, company: Company) -> None:
    """Raises GatewayNotAvailable."""
    if not is_available(gateway, company):
        raise GatewayNotAvailable(Name(gateway).label)


def bank_details(company: Company, *, at: datetime) -> str | None:
    """How the company pays by bank transfer; None when it cannot."""
    if not is_available(Name.BANK_TRANSFER, company):
        return None
    return value("bank_details", at=at)
