"""Where a request came from."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request


def address_of(request: HttpRequest | Request) -> str | None:
    """The client's address for the audit trail.

    `TRUSTED_PROXIES` says how many proxies of ours stand in front: so many entries of
    X-Forwarded-For, from the right, are theirs; anything before could be made up.
    """
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    proxies: int = settings.TRUSTED_PROXIES
    address = hops[-proxies] if 0 < proxies <= len(hops) else ""
    return _valid(address.strip()) or _valid(request.META.get("REMOTE_ADDR", ""))


def _valid(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None
