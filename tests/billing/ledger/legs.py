"""Legs for tests, as short as the table of events writes them."""

from __future__ import annotations

from decimal import Decimal

from accounts.companies.models import Company
from billing.ledger.actions import LegSpec
from billing.ledger.models import COMPANY_KINDS, AccountKind


def legs_for(company: Company, legs: list[tuple[AccountKind, str, str]]) -> list[LegSpec]:
    """Kind, detail and amount of each leg, in USD."""
    return [
        LegSpec(kind, Decimal(amount), "USD", company if kind in COMPANY_KINDS else None, detail)
        for kind, detail, amount in legs
    ]
