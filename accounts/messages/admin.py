"""Sent messages: who wrote what, when, to how many, and what became of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter

from accounts.messages.calc import as_html
from accounts.messages.models import StaffMessage
from accounts.messages.queries import failed_recipients, progress, with_outcomes
from accounts.staff.acts import record_or_404
from accounts.staff.columns import number_column, short_column, when_column
from accounts.staff.records import AddedRecordAdmin

MOST_FAILED = 200


@admin.register(StaffMessage)
class StaffMessageAdmin(AddedRecordAdmin):
    ordering = ["-id"]
    list_display = [
        short_column("subject", title="Subject", longest=60),
        "sent_by",
        when_column("created_at", title="Sent"),
        "audience",
        number_column("company_count", title="Companies"),
        number_column("recipient_count", title="Addresses"),
        number_column("delivered", title="Delivered"),
        number_column("failed", title="Failed"),
    ]
    list_filter = ["audience", ("created_at", RangeDateTimeFilter)]
    search_fields = ["subject", "text", "sent_by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffMessage]:
        messages: QuerySet[StaffMessage] = super().get_queryset(request)
        return with_outcomes(messages)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.send_message"))

    def add_page(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:message_compose"))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The message, how far it has come, and the addresses that it did not reach."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        message = record_or_404(StaffMessage, object_id)
        context = self.admin_site.each_context(request) | {
            "title": message.subject,
            "message": message,
            "body": SafeString(as_html(message.text)),
            "progress": progress(message),
            "failed": failed_recipients(message)[:MOST_FAILED],
            "companies": message.companies.select_related("company").order_by("company__name")[:50],
        }
        return TemplateResponse(request, "admin/message.html", context)
