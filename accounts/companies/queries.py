"""Reads of companies."""

from __future__ import annotations

from uuid import UUID

from accounts.companies.models import Company


def lock_company(company_id: UUID) -> Company:
    """The company's row, locked FOR NO KEY UPDATE until the transaction ends: first in the
    lock order, in a statement of its own."""
    return Company.objects.select_for_update(no_key=True).get(pk=company_id)
