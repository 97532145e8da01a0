"""The mail log: every mail, what became of it, and the mail itself."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import action

from accounts.notifications.actions import resend_mail
from accounts.notifications.models import Mail, MailAttachment
from accounts.staff.acts import Act, ConfirmForm, act_page, record_or_404, staff_label
from accounts.staff.columns import link_column, short_column, status_column, when_column
from accounts.staff.records import RecordAdmin, RecordInline
from config import clock


class AttachmentInline(RecordInline):
    model = MailAttachment
    fields = ["filename", "content_type"]


@admin.register(Mail)
class MailAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "subject",
        "to",
        link_column("company", title="Company"),
        "kind",
        status_column(),
        when_column("sent_at", title="Sent"),
        short_column("error", title="Error"),
    ]
    list_filter = [
        "status",
        ("kind", FieldTextFilter),
        ("to", FieldTextFilter),
        ("created_at", RangeDateTimeFilter),
    ]
    list_select_related = ["company"]
    search_fields = ["subject", "to", "kind", "company__name"]
    fields = [
        "to",
        "kind",
        "status",
        "subject",
        "created_at",
        "sent_at",
        "attempts",
        "next_attempt_at",
        "error",
        "as_seen",
        "text",
    ]
    readonly_fields = ["as_seen"]
    inlines = [AttachmentInline]
    actions_detail = ["send_again"]

    @admin.display(description="As it looks")
    def as_seen(self, mail: Mail) -> SafeString:
        """In a frame without any rights: a mail is foreign text."""
        return format_html(
            '<iframe class="ta-mail" sandbox="" title="{}" srcdoc="{}"></iframe>',
            mail.subject,
            mail.html,
        )

    @action(  # type: ignore[untyped-decorator]
        description="Send again", icon="forward_to_inbox", permissions=["accounts.resend_mail"]
    )
    def send_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        mail = record_or_404(Mail, object_id)
        act = Act(
            title="Send again",
            consequence="The mail goes out once more, as it was written.",
            button="Send again",
            back=reverse("admin:accounts_mail_change", args=[mail.pk]),
            facts={"To": mail.to, "Subject": mail.subject, "Status": mail.get_status_display()},
        )

        def perform(_: dict[str, object]) -> str:
            resend_mail(mail, by=staff_label(request), at=clock.now())
            return f"The mail to {mail.to} is on its way."

        return act_page(request, act, form=ConfirmForm(request.POST or None), perform=perform)
