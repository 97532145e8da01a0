"""Somebody signs up: a person who has yet to prove the address, and a company that waits."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NotRequired, TypedDict

from django.db import transaction

from accounts.audit.actions import record
from accounts.companies.actions import reactivate_company, update_company
from accounts.companies.models import Company
from accounts.people.actions import add_member
from accounts.people.models import Role, User
from billing.ledger.queries import lock_payer
from billing.onboarding.exceptions import NotPending
from billing.onboarding.models import SignUp
from billing.onboarding.queries import deposit_to_pay, lock_sign_up
from billing.profiles.actions import Particulars, change_terms, open_account
from billing.profiles.models import ContractType
from billing.profiles.offering import billing_types_on_offer, check_offer
from billing.profiles.queries import profile_of
from features.queries import value


class Applicant(TypedDict):
    """Who signs up."""

    email: str
    password: str
    first_name: str
    last_name: str


class Confirmed(TypedDict):
    """What the customer has reviewed: how it is billed, and who it is for its invoices."""

    billing_type: str
    contract_type: str
    fixed_amount: NotRequired[Decimal | None]


@transaction.atomic
def sign_up(
    applicant: Applicant,
    *,
    name: str,
    category: str,
    country: str,
    timezone: str,
    language: str,
    at: datetime,
) -> User:
    """A person and its pending company, both spoken to in `language` from now on. The address is
    proven by the mail that the caller sends.

    The terms are provisional until `confirm_terms`. Nobody has the address yet: the caller asked.
    """
    user = User.objects.create_user(applicant["email"], applicant["password"])
    user.first_name, user.last_name = applicant["first_name"], applicant["last_name"]
    user.save(update_fields=["first_name", "last_name"])
    by = f"member:{user.email}"
    particulars: Particulars = {
        "name": name,
        "email": user.email,
        "category": category,
        "country": country,
        "timezone": timezone,
        "language": language,
        "status": Company.Status.PENDING,
    }
    company = open_account(
        **particulars,
        currency=value("default_currency", at=at),
        billing_type=billing_types_on_offer(category, at=at)[0],
        by=by,
        at=at,
    )
    add_member(company, user, role=Role.OWNER, by=by, at=at)
    SignUp.objects.create(company=company, started_at=at)
    return user


@transaction.atomic
def confirm_terms(
    company: Company, terms: Confirmed, *, particulars: dict[str, str], by: str, at: datetime
) -> SignUp:
    """The customer confirms how it is billed; where no deposit is asked for it is active at once.

    Confirming again, with other choices, is allowed until then. Raises BillingTypeNotOffered,
    ContractTypeOff, FixedAmountMissing, NotPending.
    """
    check_offer(
        category=company.category,
        billing_type=terms["billing_type"],
        contract_type=terms["contract_type"],
        at=at,
    )
    lock_payer(company.pk, profile_of(company.pk).currency)
    sign_up = lock_sign_up(company)
    if sign_up is None or sign_up.company.status != Company.Status.PENDING:
        raise NotPending(company.status if sign_up is None else sign_up.company.status)
    is_fixed = terms["contract_type"] == ContractType.FIXED
    change_terms(
        company,
        {
            "billing_type": terms["billing_type"],
            "contract_type": terms["contract_type"],
            "fixed_amount": terms.get("fixed_amount") if is_fixed else None,
        },
        by=by,
        at=at,
    )
    update_company(company, particulars, by=by, at=at)
    asked = deposit_to_pay(company, at=at) is not None
    sign_up.confirmed_at = at
    sign_up.deposit = SignUp.Deposit.ASKED if asked else SignUp.Deposit.NONE
    sign_up.save(update_fields=["confirmed_at", "deposit"])
    record(
        "company.terms_confirmed", actor=by, at=at, company=company, target=f"company:{company.pk}"
    )
    if not asked:
        reactivate_company(company, reason="Signed up", by=by, at=at)
    return sign_up
