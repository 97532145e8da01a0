"""The portal as a browser without scripts sees it."""

from __future__ import annotations

import re

from django.test import Client

from accounts.companies.models import Company
from accounts.people.actions import create_person
from accounts.people.models import Member, Role
from tests.factories import NOW, new_key

KEY = re.compile(r'name="key" value="([0-9a-f-]{36})"')


def make_member(company: Company, role: Role = Role.OWNER) -> Member:
    """Somebody who can sign in, with that role in the company."""
    user = create_person(f"{new_key('person')}@customer.example".replace(":", "-"), password=None)
    return Member.objects.create(user=user, company=company, role=role, joined_at=NOW)


def signed_in(member: Member) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(member.user)
    return client


def browser(company: Company, role: Role = Role.OWNER) -> Client:
    """A browser of a new member with that role."""
    return signed_in(make_member(company, role))


def form_key(client: Client, address: str) -> str:
    """The hidden key of the form on that page."""
    found = KEY.search(client.get(address).text)
    assert found is not None, f"{address} has no form with a key"
    return found[1]
