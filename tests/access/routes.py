"""Every address of the API and the portal, read from the URL patterns themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

API, PORTAL = "api/v1/", "portal/"
_REGEX = re.compile(r"\(\?P<(\w+)>[^()]*\)")
_PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


@dataclass(frozen=True)
class Route:
    """One pattern, such as `api/v1/sims/<str:iccid>/`, and what answers there."""

    pattern: str
    callback: Any

    @cached_property
    def methods(self) -> list[str]:
        actions = getattr(self.callback, "actions", None)
        if actions:
            return sorted(set(actions) - {"head"})  # added by the first call, and has no body
        view = getattr(self.callback, "cls", None)
        if view is not None:
            return [
                name for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)
            ]
        return ["get", "post"]

    @property
    def view(self) -> Any:
        """The API view's class."""
        return self.callback.cls

    @cached_property
    def prefixes(self) -> list[tuple[str, str]]:
        """For each parameter: the pattern up to and with it, and its text there."""
        return [(self.pattern[: m.end()], m[0]) for m in _PARAMETER.finditer(self.pattern)]

    def filled(self, values: dict[str, str]) -> str:
        """The address with `values`, which are by prefix."""
        path = self.pattern
        for prefix, parameter in self.prefixes:
            path = path.replace(parameter, values[prefix], 1)
        return f"/{path}"

    def __str__(self) -> str:
        return self.pattern


def routes_under(prefix: str) -> list[Route]:
    return [route for route in _walk(get_resolver(), "") if route.pattern.startswith(prefix)]


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = prefix + _REGEX.sub(r"<str:\1>", str(entry.pattern).strip("^$"))
        if isinstance(entry, URLPattern):
            yield Route(pattern, entry.callback)
        else:
            yield from _walk(entry, pattern)
