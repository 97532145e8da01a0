"""Times of use of companies."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Stretch(NamedTuple):
    """Half-open time of use of a company."""

    company_id: UUID
    start: datetime
    end: datetime
