"""The job that brings usage in from the operators."""

from __future__ import annotations

from datetime import datetime

from telecom.operators.fetching import fetch_usage
from telecom.operators.queries import networked_operators


def fetch_operator_usage(*, at: datetime) -> int:
    """Fetch and rate what is new. Returns how many records were seen."""
    return sum(fetch_usage(operator, at=at) for operator in networked_operators())
