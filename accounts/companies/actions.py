"""What happens to a company: made, suspended, reactivated, closed, its particulars changed.

How it is billed is `billing.profiles`; a company that can be billed is made by
`billing.profiles.actions.open_account`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.audit.actions import record
from accounts.companies.exceptions import NoSuchTransition, ReasonMissing
from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from accounts.companies.registry import particulars_steps
from accounts.companies.tax_numbers import checked_tax_number
from accounts.events.actions import publish

Status = Company.Status
StoppedBy = Company.StoppedBy

TRANSITIONS: dict[str, frozenset[str]] = {
    Status.PENDING: frozenset({Status.ACTIVE, Status.CLOSED}),
    Status.ACTIVE: frozenset({Status.SUSPENDED, Status.CLOSED}),
    Status.SUSPENDED: frozenset({Status.ACTIVE, Status.CLOSED}),
    Status.CLOSED: frozenset(),
}


def company_data(company: Company) -> dict[str, str]:
    """The company as events tell of it."""
    return {
        "id": str(company.pk),
        "name": company.name,
        "email": company.email,
        "category": company.category,
        "country": str(company.country),
        "timezone": company.timezone,
        "status": company.status,
        "status_reason": company.status_reason,
    }


@transaction.atomic
def create_company(
    *,
    name: str,
    email: str,
    category: str,
    country: str,
    timezone: str,
    by: str,
    at: datetime,
    status: str = Status.ACTIVE,
    legal_name: str = "",
    address: str = "",
    city: str = "",
    postal_code: str = "",
    tax_id: str = "",
    language: str = settings.LANGUAGE_CODE,
) -> Company:
    """The company's own row, its audit record and the event `company.added` (when active).

    Raises TaxNumberInvalid.
    """
    company = Company.objects.create(
        name=name,
        legal_name=legal_name,
        email=email,
        category=category,
        country=country,
        timezone=timezone,
        address=address,
        city=city,
        postal_code=postal_code,
        tax_id=checked_tax_number(country, tax_id),
        language=language,
        status=status,
        status_changed_at=at,
        created_at=at,
    )
    data = company_data(company)
    record(
        "company.created",
        actor=by,
        at=at,
        company=company,
        target=f"company:{company.pk}",
        after=data,
    )
    if status == Status.ACTIVE:
        publish("company.added", company=company, data=data, at=at)
    return company


@transaction.atomic
def update_company(
    company: Company, changes: Mapping[str, str], *, by: str, at: datetime
) -> Company:
    """Change particulars (name, addresses, time zone …), not the status.

    `changes` holds checked values by field name. Publishes `company.updated` when anything
    is different afterwards. Raises TaxNumberInvalid.
    """
    company = lock_company(company.pk)
    changes = _with_tax_number(company, changes)
    before = {name: str(getattr(company, name)) for name in changes}
    after = {name: str(value) for name, value in changes.items()}
    changed = [name for name in changes if before[name] != after[name]]
    if not changed:
        return company
    for step in particulars_steps:
        step(company, changed, at)
    for name in changed:
        setattr(company, name, changes[name])
    company.save(update_fields=changed)
    record(
        "company.updated",
        actor=by,
        at=at,
        company=company,
        target=f"company:{company.pk}",
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    publish("company.updated", company=company, data=company_data(company), at=at)
    return company


def _with_tax_number(company: Company, changes: Mapping[str, str]) -> Mapping[str, str]:
    """The changes with the number that the company will have, checked for where it will be."""
    country = changes.get("country", str(company.country))
    number = changes.get("tax_id", company.tax_id)
    if (country, number) == (str(company.country), company.tax_id):
        return changes
    return {**changes, "tax_id": checked_tax_number(country, number)}


def suspend_company(
    company: Company,
    *,
    reason: str,
    by: str,
    at: datetime,
    stopped_by: str = StoppedBy.PERSON,
) -> Company:
    """Stop the customer; it may still sign in, read and pay. Suspending again changes nothing,
    except that a person's suspension outranks the system's."""
    return _move(
        company, to=Status.SUSPENDED, reason=_given(reason), by=by, at=at, stopped_by=stopped_by
    )


def reactivate_company(company: Company, *, reason: str = "", by: str, at: datetime) -> Company:
    """Let the customer go on. Reactivating an active company changes nothing."""
    return _move(company, to=Status.ACTIVE, reason=reason.strip(), by=by, at=at)


def close_company(company: Company, *, reason: str, by: str, at: datetime) -> Company:
    """The end of the relation; final."""
    return _move(company, to=Status.CLOSED, reason=_given(reason), by=by, at=at)


_EVENTS = {
    (Status.PENDING, Status.ACTIVE): "company.added",
    (Status.SUSPENDED, Status.ACTIVE): "company.reactivated",
    (Status.ACTIVE, Status.SUSPENDED): "company.suspended",
}


@transaction.atomic
def _move(
    company: Company,
    *,
    to: Status,
    reason: str,
    by: str,
    at: datetime,
    stopped_by: str = StoppedBy.NOBODY,
) -> Company:
    company = lock_company(company.pk)
    was = Status(company.status)
    if was == to:
        return _confirmed(company, reason=reason, by=by, at=at, stopped_by=stopped_by)
    if to not in TRANSITIONS[was]:
        raise NoSuchTransition(status=was, to=to)
    company.status, company.status_reason, company.status_changed_at = to, reason, at
    company.suspended_by = stopped_by
    company.save(update_fields=["status", "status_reason", "status_changed_at", "suspended_by"])
    event = _EVENTS.get((was, to), "company.deleted")
    _record_move(company, was=was, reason=reason, by=by, at=at)
    publish(event, company=company, data=company_data(company) | {"reason": reason}, at=at)
    return company


def _confirmed(company: Company, *, reason: str, by: str, at: datetime, stopped_by: str) -> Company:
    """Already there; only a person's suspension is worth adding to the system's."""
    if stopped_by == StoppedBy.PERSON and company.suspended_by == StoppedBy.SYSTEM:
        company.suspended_by, company.status_reason = StoppedBy.PERSON, reason
        company.save(update_fields=["suspended_by", "status_reason"])
        _record_move(company, was=Status(company.status), reason=reason, by=by, at=at)
    return company


def _record_move(company: Company, *, was: Status, reason: str, by: str, at: datetime) -> None:
    record(
        f"company.{company.status}",
        actor=by,
        at=at,
        company=company,
        target=f"company:{company.pk}",
        before={"status": was},
        after={"status": company.status, "suspended_by": company.suspended_by},
        reason=reason,
    )


def _given(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()
