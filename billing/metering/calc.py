"""Arithmetic of usage: identities and hashes, exact sums. Pure: no Django."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b
from uuid import UUID

LARGEST_QUANTITY = 10**18 - 1
DEAREST_RECORD = 10**12
"""A record that would cost more than this, in any currency, is an error and not a sale."""

INTERNAL = "tollgate:"
"""Begins the names of our own sources (fees, reservations); no sender may use it."""

RESERVATIONS = f"{INTERNAL}hold"
HOURS = f"{INTERNAL}hours"
"""Hours of what is paid for by the hour."""

_SEPARATOR = "\x1f"


def content_hash(*parts: str) -> UUID:
    """What tells a repetition from a conflict: the same id with another hash is a conflict."""
    text = _SEPARATOR.join(parts).encode("utf-8", "surrogatepass")
    return UUID(bytes=blake2b(text, digest_size=16).digest())


def scoped_source(source: str, scope: UUID | None) -> str:
    """The name space of a source: a company's records never meet the provider's ids."""
    return source if scope is None else f"{scope}/{source}"


def source_label(scoped: str) -> str:
    """The source as its sender named it."""
    scope, slash, label = scoped.partition("/")
    return label if slash and len(scope) == len(str(UUID(int=0))) else scoped


def month_start(instant: datetime) -> datetime:
    """The first instant of the UTC month."""
    utc = instant.astimezone(UTC)
    return datetime(utc.year, utc.month, 1, tzinfo=UTC)


def next_month(instant: datetime) -> datetime:
    """The first instant of the next UTC month."""
    start = month_start(instant)
    year, month = divmod(start.month, 12)
    return start.replace(year=start.year + year, month=month + 1)
