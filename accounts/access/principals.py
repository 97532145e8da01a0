"""Who is asking: a staff key, a company's key, or a signed-in member looking at one company."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller of the API or the portal.

    `id` tells callers apart (idempotency keys, rate limits); `label` is the `by` of actions
    ("key:tg_ab12cd34", "member:bob@x.y"); `company_id` is empty for the provider's staff only.
    """

    id: str
    label: str
    company_id: UUID | None

    is_active = True
    is_anonymous = False
    is_authenticated = True

    @property
    def pk(self) -> str:
        return self.id

    @property
    def is_staff(self) -> bool:
        """True for a key of the provider: it sees every company."""
        return self.company_id is None

    def __str__(self) -> str:
        return self.label
