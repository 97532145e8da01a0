"""What people change about themselves."""

from __future__ import annotations

from accounts.people.models import User


def change_profile(
    user: User, *, first_name: str, last_name: str, timezone: str, language: str
) -> None:
    """How the person is called; the zone and the language of pages, empty: the company's."""
    user.first_name, user.last_name, user.timezone = first_name, last_name, timezone
    user.language = language
    user.save(update_fields=["first_name", "last_name", "timezone", "language"])


def choose_language(user: User, language: str) -> None:
    """Pages and mails are in it from now on."""
    user.language = language
    user.save(update_fields=["language"])
