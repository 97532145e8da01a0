"""Opening an account for a company, and changing how it is billed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NotRequired, TypedDict, Unpack

from django.db import transaction

from accounts.audit.actions import record
from accounts.companies.actions import company_data, create_company, update_company
from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from accounts.events.actions import publish
from billing.money.calc import is_currency, plain
from billing.profiles.exceptions import CurrencyFixed, FixedAmountMissing, InvalidTerms
from billing.profiles.models import AccountPlan, BillingProfile, BillingType, ContractType
from billing.profiles.offering import CHOSEN_CURRENCIES, check_contract_type, check_currencies
from billing.profiles.queries import profile_of
from billing.profiles.registry import (
    currency_ties,
    opening_steps,
    terms_steps,
)

NOTHING = Decimal(0)
LAST_BILLING_DAY = 31
Term = str | int | bool | Decimal | list[str] | None


class Particulars(TypedDict):
    """Who a company is: the arguments of `create_company`."""

    name: str
    email: str
    category: str
    country: str
    timezone: str
    status: NotRequired[str]
    legal_name: NotRequired[str]
    address: NotRequired[str]
    city: NotRequired[str]
    postal_code: NotRequired[str]
    tax_id: NotRequired[str]
    language: NotRequired[str]


@transaction.atomic
def open_account(
    *,
    currency: str,
    by: str,
    at: datetime,
    billing_type: str = BillingType.PREPAID,
    contract_type: str = ContractType.PAYG,
    fixed_amount: Decimal | None = None,
    minimum_balance: Decimal = NOTHING,
    credit_limit: Decimal | None = NOTHING,
    tax_percent: Decimal | None = None,
    billing_day: int = 1,
    wallet_enabled: bool = True,
    account_plan: str | None = None,
    invoice_emails: Sequence[str] = (),
    display_currency: str = "",
    payment_currency: str = "",
    **particulars: Unpack[Particulars],
) -> Company:
    """A company that can be billed: its row, its profile, its ledger accounts.

    Audited; publishes `company.added`. `credit_limit` None is unlimited, `tax_percent` None is
    by the tax rules.
    """
    company = create_company(**particulars, by=by, at=at)
    profile = BillingProfile(
        company=company,
        billing_type=billing_type,
        contract_type=contract_type,
        fixed_amount=fixed_amount,
        currency=currency,
        display_currency="" if display_currency == currency else display_currency,
        payment_currency="" if payment_currency == currency else payment_currency,
        minimum_balance=minimum_balance,
        credit_limit=credit_limit,
        tax_percent=tax_percent,
        billing_day=billing_day,
        wallet_enabled=wallet_enabled,
        account_plan_id=account_plan or None,
        account_plan_since=at if account_plan else None,
        invoice_emails=list(invoice_emails),
    )
    check_terms(profile)
    profile.save(force_insert=True)
    _take_opening_steps(profile)
    return company


@transaction.atomic
def change_terms(
    company: Company, changes: Mapping[str, Term], *, by: str, at: datetime
) -> BillingProfile:
    """Change how the company is billed; `changes` holds checked values by name.

    Audited with before and after; publishes `company.updated` when anything is different. Another
    billing type holds at once: what was used so far is invoiced by the one before.
    Raises CurrencyFixed, FixedAmountMissing, InvalidTerms.
    """
    lock_company(company.pk)
    profile = profile_of(company.pk)
    changes = _by_field(changes, own=profile.currency)
    before = {name: getattr(profile, name) for name in changes}
    changed = [name for name in changes if before[name] != changes[name]]
    if not changed:
        return profile
    fields = list(changed)
    if "account_plan_id" in changed:
        profile.account_plan_since = at if changes["account_plan_id"] else None
        fields.append("account_plan_since")
    if "billing_type" in changed:
        profile.next_billing_type, profile.next_billing_type_from = "", None
        fields += ["next_billing_type", "next_billing_type_from"]
    if "currency" in changed and any(is_tied(company.pk) for is_tied in currency_ties):
        raise CurrencyFixed
    for step in terms_steps:
        step(profile, changed, at)
    for name in changed:
        setattr(profile, name, changes[name])
    check_terms(profile)
    profile.save(update_fields=fields)
    if "currency" in changed:
        _take_opening_steps(profile)
    _tell(profile, before={name: before[name] for name in changed}, by=by, at=at)
    return profile


@transaction.atomic
def plan_billing_type(
    company: Company, to: str, *, holds_from: datetime, by: str, at: datetime
) -> BillingProfile:
    """Another billing type later; the present one takes back what was planned. Audited."""
    lock_company(company.pk)
    profile = profile_of(company.pk)
    is_change = to != profile.billing_type
    before: dict[str, Term] = {"next_billing_type": profile.next_billing_type}
    profile.next_billing_type = to if is_change else ""
    profile.next_billing_type_from = holds_from if is_change else None
    profile.save(update_fields=["next_billing_type", "next_billing_type_from"])
    _tell(profile, before=before, by=by, at=at)
    return profile


@transaction.atomic
def take_up_billing_type(profile: BillingProfile, *, at: datetime) -> None:
    """The planned billing type holds from now on; its company is locked."""
    before: dict[str, Term] = {"billing_type": profile.billing_type}
    profile.billing_type = profile.next_billing_type
    profile.next_billing_type, profile.next_billing_type_from = "", None
    profile.save(update_fields=["billing_type", "next_billing_type", "next_billing_type_from"])
    _tell(profile, before=before, by="system", at=at)


@transaction.atomic
def change_account(
    company: Company,
    *,
    particulars: Mapping[str, str],
    terms: Mapping[str, Term],
    by: str,
    at: datetime,
) -> None:
    """Change who a company is and how it is billed together, or neither.

    Raises ContractTypeOff, OnlyDefaultCurrency, CurrencyNotOffered for what is not on offer and
    what the company has not got.
    """
    before = profile_of(company.pk)
    contract = terms.get("contract_type")
    if contract is not None and contract != before.contract_type:
        check_contract_type(str(contract), at=at)
    if particulars:
        update_company(company, particulars, by=by, at=at)
    if terms:
        change_terms(company, terms, by=by, at=at)
        check_currencies(before, terms, at=at)


@transaction.atomic
def choose_currencies(
    company: Company, *, display_currency: str, payment_currency: str, by: str, at: datetime
) -> BillingProfile:
    """What the customer sees amounts in besides its own currency, and what its cards are charged
    in; empty is its own. Raises OnlyDefaultCurrency, CurrencyNotOffered."""
    chosen = {"display_currency": display_currency, "payment_currency": payment_currency}
    check_currencies(profile_of(company.pk), chosen, at=at)
    return change_terms(company, chosen, by=by, at=at)


@transaction.atomic
def add_account_plan(
    key: str, *, title: str, currency: str, monthly_commitment: Decimal, by: str, at: datetime
) -> AccountPlan:
    """Offer a plan for companies as a whole; `monthly_commitment` is net. Raises InvalidTerms."""
    if AccountPlan.objects.filter(key=key).exists():
        raise InvalidTerms("key", f"There is an account plan {key} already.")
    if monthly_commitment < 0:
        raise InvalidTerms("monthly_commitment", "A commitment is not below zero.")
    plan = AccountPlan.objects.create(
        key=key,
        title=title,
        currency=currency,
        monthly_commitment=monthly_commitment,
        created_at=at,
    )
    record(
        "account_plan.added",
        actor=by,
        at=at,
        target=f"account_plan:{key}",
        after={"currency": currency, "monthly_commitment": plain(monthly_commitment)},
    )
    return plan


def _by_field(changes: Mapping[str, Term], *, own: str) -> dict[str, Term]:
    """The account plan goes by its key; an empty one is none. The account's own currency is no
    choice of another one."""
    fields = dict(changes)
    for name in CHOSEN_CURRENCIES:
        if fields.get(name) == own:
            fields[name] = ""
    if "account_plan" in fields:
        fields["account_plan_id"] = fields.pop("account_plan") or None
    return fields


def check_terms(profile: BillingProfile) -> None:
    """Refuse terms that contradict themselves, naming the field."""
    if not is_currency(profile.currency):
        raise InvalidTerms("currency", f"{profile.currency} is not a currency of ISO 4217.")
    if not 1 <= profile.billing_day <= LAST_BILLING_DAY:
        raise InvalidTerms("billing_day", "The billing day is a day of the month, 1 to 31.")
    if profile.credit_limit is not None and profile.credit_limit < 0:
        raise InvalidTerms("credit_limit", "A credit limit is not below zero.")
    if profile.tax_percent is not None and not 0 <= profile.tax_percent <= 100:  # noqa: PLR2004
        raise InvalidTerms("tax_percent", "A tax rate is between 0 and 100 percent.")
    is_fixed = profile.contract_type == ContractType.FIXED
    if is_fixed and (profile.fixed_amount is None or profile.fixed_amount <= 0):
        raise FixedAmountMissing
    _check_account_plan(profile)


def _check_account_plan(profile: BillingProfile) -> None:
    if profile.account_plan_id is None:
        return
    plan = AccountPlan.objects.filter(key=profile.account_plan_id).first()
    if plan is None:
        raise InvalidTerms("account_plan", f"There is no account plan {profile.account_plan_id}.")
    if plan.currency != profile.currency:
        raise InvalidTerms("account_plan", f"The account plan {plan.key} is in {plan.currency}.")


def _take_opening_steps(profile: BillingProfile) -> None:
    for step in opening_steps:
        step(profile)


def _tell(profile: BillingProfile, *, before: Mapping[str, Term], by: str, at: datetime) -> None:
    after = {name: getattr(profile, name) for name in before}
    record(
        "company.terms_changed",
        actor=by,
        at=at,
        company=profile.company,
        target=f"company:{profile.pk}",
        before=written(before),
        after=written(after),
    )
    publish("company.updated", company=profile.company, data=company_data(profile.company), at=at)


def written(terms: Mapping[str, Term]) -> dict[str, object]:
    """Terms as JSON: decimals as strings."""
    return {name: plain(v) if isinstance(v, Decimal) else v for name, v in terms.items()}
