"""The languages we speak, and in which of them somebody is spoken to."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import get_language

from accounts.companies.models import Company
from accounts.people.models import User


def is_spoken(language: str) -> bool:
    """Whether pages and mails are translated into it."""
    return language in dict(settings.LANGUAGES)


def first_spoken(*wishes: str) -> str:
    """The first wish that we speak, a regional one (`de-at`) as its language; else ours."""
    for wish in wishes:
        language = wish.lower().partition("-")[0]
        if is_spoken(language):
            return language
    return str(settings.LANGUAGE_CODE)


def language_of(user: User, company: Company | None) -> str:
    """The person's choice, else that of the company's documents; empty when neither is told.

    Staff who chose none are not spoken to in the language of a customer.
    """
    if user.language or user.is_staff or company is None:
        return user.language
    return company.language


def by_language(addresses: Sequence[str], company: Company | None) -> dict[str, list[str]]:
    """The addresses by the language in which a mail reaches them.

    That of the person behind an address, else of the company's documents, else ours. A mail
    about no company is asked for on a page: it is written as the page is.
    """
    known = User.objects.filter(email__in=[address.lower() for address in addresses])
    people = {user.email: user for user in known}
    fallback = settings.LANGUAGE_CODE if company else get_language() or ""
    grouped: dict[str, list[str]] = {}
    for address in addresses:
        user = people.get(address.lower())
        if user is not None:
            wish = language_of(user, company)
        else:
            wish = company.language if company else ""
        grouped.setdefault(first_spoken(wish, fallback), []).append(address)
    return grouped
