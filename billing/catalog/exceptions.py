"""Refusals of the catalog."""

from __future__ import annotations

from accounts.access.exceptions import Refused


class InvalidPlan(Refused):
    """A plan, price or zone contradicts itself; `attr` names the field."""
