"""Instances and addresses stop and come back with their services."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.companies.queries import lock_company
from billing.subscriptions.models import Subscription
from telecom.network.actions.accrual import accrue_company
from telecom.network.calc import full_hour_from
from telecom.network.models import Address, Instance
from telecom.network.queries import held

_STATUS = Subscription.Status


@transaction.atomic
def follow_services(company_id: UUID, *, since: datetime, at: datetime) -> None:
    """Note since when a company's services are stopped, or let their hours count again.

    What ran before it stopped is charged first.
    """
    lock_company(company_id)
    for rows in (Instance.objects.all(), Address.objects.all()):
        mine = held(rows).filter(company=company_id)
        mine.filter(subscription__status=_STATUS.STOPPED, stopped_at=None).update(stopped_at=since)
        back = mine.filter(subscription__status=_STATUS.ACTIVE).exclude(stopped_at=None)
        if back.exists():
            accrue_company(company_id, at=at)
            back.update(stopped_at=None, next_hour_at=full_hour_from(since))
