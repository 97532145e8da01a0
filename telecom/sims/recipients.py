"""Persons linked to SIMs, for messages to end users."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from accounts.messages.registry import knows_end_users
from telecom.sims.models import Sim


@knows_end_users
def end_users_of_sims(companies: Collection[UUID]) -> Iterable[tuple[UUID, str]]:
    """Of the SIMs that these companies have now."""
    linked = Sim.objects.filter(company__in=companies, end_user__is_active=True)
    return linked.order_by("id").values_list("company_id", "end_user__email")
