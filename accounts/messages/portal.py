"""What the provider's staff wrote to the company."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.access.permissions import requires
from accounts.access.principals import PortalRequest
from accounts.messages.actions import mark_read
from accounts.messages.calc import as_html
from accounts.messages.queries import messages_to
from config.clock import now

_A_PAGE = 25


@require_safe
@requires(None)
def messages(request: PortalRequest) -> HttpResponse:
    """The newest first; what is not read stands out."""
    pages = Paginator(messages_to(request.member), _A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    return render(request, "accounts/messages/messages.html", {"page": page})


@require_safe
@requires(None)
def message(request: PortalRequest, message_id: UUID) -> HttpResponse:
    """The message; whoever opens it has read it, but staff looking on."""
    found = get_object_or_404(messages_to(request.member), pk=message_id)
    if not request.member.is_looking_on:
        mark_read(found, by=request.member.user, at=now())
    context = {"message": found, "body": SafeString(as_html(found.text))}
    return render(request, "accounts/messages/message.html", context)


urlpatterns = [
    path("messages/", messages, name="messages"),
    path("messages/<uuid:message_id>/", message, name="message"),
]
