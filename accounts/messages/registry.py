"""Addresses that higher folders know of: persons linked to lines are theirs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from uuid import UUID

# Of these companies, or of all: the company and the address of each end user.
EndUsers = Callable[[Collection[UUID]], Iterable[tuple[UUID, str]]]

end_user_sources: list[EndUsers] = []


def knows_end_users(source: EndUsers) -> EndUsers:
    """Registers one when the application starts."""
    end_user_sources.append(source)
    return source
