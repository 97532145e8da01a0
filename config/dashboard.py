"""The staff dashboard: money at a glance."""

from __future__ import annotations

from django.http import HttpRequest


def staff_dashboard(request: HttpRequest, context: dict[str, object]) -> dict[str, object]:
    return context
