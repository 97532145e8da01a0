"""Staff open an account for a client: it is active, and its owner is invited."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction

from accounts.companies.models import Company
from accounts.people.invitations import invite_member
from accounts.people.models import Role
from billing.profiles.actions import Particulars, open_account
from billing.profiles.models import ContractType
from billing.profiles.offering import check_offer


class Terms(TypedDict, total=False):
    """How the client is billed: arguments of `open_account`."""

    currency: str
    minimum_balance: Decimal
    credit_limit: Decimal | None
    tax_percent: Decimal | None
    billing_day: int
    wallet_enabled: bool
    account_plan: str | None
    fixed_amount: Decimal | None


class Client(Particulars, Terms):
    """A client as the form tells it."""


@transaction.atomic
def open_client(
    *,
    billing_type: str,
    by: str,
    at: datetime,
    contract_type: str = ContractType.PAYG,
    owner_email: str = "",
    **client: Unpack[Client],
) -> Company:
    """An active company on terms that are on offer now, with an invitation to its owner in the
    mail (`owner_email`, else the company's address).

    Raises BillingTypeNotOffered, ContractTypeOff, FixedAmountMissing, InvalidTerms.
    """
    check_offer(
        category=client["category"],
        billing_type=billing_type,
        contract_type=contract_type,
        currencies={"currency": client["currency"]},
        at=at,
    )
    company = open_account(
        **client, billing_type=billing_type, contract_type=contract_type, by=by, at=at
    )
    invite_member(
        company,
        email=owner_email or company.email,
        role=Role.OWNER,
        acting_as=Role.OWNER,
        by=by,
        at=at,
    )
    return company
