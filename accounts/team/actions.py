"""What people change about themselves."""

from __future__ import annotations

from accounts.people.models import User


def change_profile(user: User, *, first_name: str, last_name: str, timezone: str) -> None:
    """How the person is called and in which zone times are shown; empty: the company's zone."""
    user.first_name, user.last_name, user.timezone = first_name, last_name, timezone
    user.save(update_fields=["first_name", "last_name", "timezone"])
