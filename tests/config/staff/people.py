"""Staff of each group, signed in."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.test import Client

from accounts.people.actions import create_person
from accounts.people.models import User


def staff_member(*groups: str, email: str = "") -> User:
    """Somebody in these staff groups."""
    name = "-".join(groups) or "nobody"
    user = create_person(email or f"{name}@provider.example", password=None, is_staff=True)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def staff_client_of(*groups: str, email: str = "") -> Client:
    return signed_in(staff_member(*groups, email=email))
