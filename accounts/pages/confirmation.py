"""Asking before an act that is hard to undo, for those without a script.

A form marked `data-confirm-title` is held back by js/confirm.js, which adds `confirmed` to it. A
post that comes without asks on a page of its own.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

CONFIRMED = "confirmed"
NOT_REPEATED = (CONFIRMED, "csrfmiddlewaretoken")


def is_confirmed(request: HttpRequest) -> bool:
    return CONFIRMED in request.POST


def confirmation(
    request: HttpRequest, *, title: str, text: str, yes: str, back: str
) -> HttpResponse:
    """The page that asks, with the form's fields kept. `text` says what will happen."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NOT_REPEATED
        for value in values
    ]
    context = {"title": title, "text": text, "yes": yes, "back": back, "fields": fields}
    return render(request, "components/confirm_page.html", context)
