"""What higher folders do before a company changes, in the transaction that changes it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from accounts.companies.models import Company

ParticularsStep = Callable[[Company, Collection[str], datetime], None]

particulars_steps: list[ParticularsStep] = []


def before_particulars_change(step: ParticularsStep) -> ParticularsStep:
    """Runs `step` with the company as it still is and the names of what will be different."""
    particulars_steps.append(step)
    return step
