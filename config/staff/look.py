"""How the admin looks, as unfold asks for it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static

from config import clock


def mark(request: HttpRequest) -> str:
    return static("img/mark.svg")


def styles(request: HttpRequest) -> str:
    return static("css/admin.css")


def environment(request: HttpRequest) -> list[str] | None:
    """In the sandbox: that it is one, and the business time when it runs ahead."""
    if not settings.SANDBOX:
        return None
    ahead = clock.offset().days
    text = f"Sandbox · {clock.now():%d %b %Y}" if ahead else "Sandbox"
    return [text, "warning"]
