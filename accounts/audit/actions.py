"""The audit trail's only writer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from accounts.audit.models import AuditRecord
from accounts.audit.origin import present_address
from accounts.companies.models import Company


def record(
    action: str,
    *,
    actor: str,
    at: datetime,
    company: Company | None = None,
    target: str = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
    address: str | None = None,
) -> AuditRecord:
    """Keep who did what, inside the transaction that does it.

    `action` is "noun.verb", `target` "table:id", `before` and `after` the changed fields only.
    The address is that of the present request, unless another is given. The database refuses
    to change or delete a record.
    """
    return AuditRecord.objects.create(
        at=at,
        actor=actor,
        action=action,
        company=company,
        target=target[:200],
        before=None if before is None else dict(before),
        after=None if after is None else dict(after),
        reason=reason,
        address=address or present_address(),
    )
