"""What every portal template can count on."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, object]:
    return {"sandbox": settings.SANDBOX, "htmx": getattr(request, "htmx", False)}
