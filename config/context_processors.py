"""What every portal template can count on."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from config.shell import Shell, shell_of


def portal(request: HttpRequest) -> dict[str, object]:
    """`shell` is worked out only where a template asks for it."""

    def shell() -> Shell | None:
        return shell_of(request)

    return {"sandbox": settings.SANDBOX, "shell": SimpleLazyObject(shell)}
