"""API keys: made here, shown once, revoked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.contrib.filters.admin import FieldTextFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.access.actions import create_api_key, revoke_api_key
from accounts.access.models import ApiKey
from accounts.companies.models import Company
from accounts.staff.acts import (
    Act,
    ConfirmForm,
    act_page,
    asking_page,
    record_or_404,
    staff_address,
    staff_label,
)
from accounts.staff.choosing import ChoiceByTyping
from accounts.staff.columns import link_column, when_column
from accounts.staff.records import AddedRecordAdmin
from config import clock


class NewKeyForm(forms.Form):
    name = forms.CharField(
        max_length=100,
        widget=UnfoldAdminTextInputWidget(),
        help_text="What uses it, such as “ERP” or “Grafana”.",
    )
    company = ChoiceByTyping(
        Company.objects.all(),
        ApiKey._meta.get_field("company"),
        required=False,
        help_text="A company's key sees that company only. Empty: a staff key, which sees all.",
    )


@admin.register(ApiKey)
class ApiKeyAdmin(AddedRecordAdmin):
    ordering = ["-id"]
    list_display = [
        "name",
        "prefix",
        link_column("company", title="Company"),
        "state",
        "created_by",
        when_column("created_at", title="Created"),
        when_column("last_used_at", title="Last used"),
    ]
    list_filter = ["is_staff", ("name", FieldTextFilter)]
    list_select_related = ["company"]
    search_fields = ["name", "prefix", "company__name", "created_by"]
    fields = [
        "name",
        "prefix",
        "company",
        "is_staff",
        "created_by",
        "created_at",
        "last_used_at",
        "revoked_at",
    ]
    autocomplete_fields = ["company"]
    actions_detail = ["revoke"]

    @display(  # type: ignore[untyped-decorator]
        description="State", label={"valid": "success", "revoked": "danger"}
    )
    def state(self, key: ApiKey) -> str:
        return "revoked" if key.revoked_at else "valid"

    def add_page(self, request: HttpRequest) -> HttpResponse:
        """The form; then the secret, this once."""
        form = NewKeyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._created(request, form.cleaned_data)
        act = Act(
            title="New API key",
            consequence="Its secret is shown once, on the next page, and kept nowhere.",
            button="Make the key",
            back=reverse("admin:accounts_apikey_changelist"),
        )
        return asking_page(request, act, form=form)

    def _created(self, request: HttpRequest, asked: dict[str, Any]) -> HttpResponse:
        key, secret = create_api_key(
            company=asked["company"],
            name=asked["name"],
            by=staff_label(request),
            at=clock.now(),
            address=staff_address(request),
        )
        context = self.admin_site.each_context(request) | {
            "title": "Copy the key now",
            "key": key,
            "secret": secret,
        }
        return TemplateResponse(request, "admin/key_created.html", context)

    @action(  # type: ignore[untyped-decorator]
        description="Revoke", icon="block", permissions=["accounts.delete_apikey"]
    )
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key = record_or_404(ApiKey, object_id)
        act = Act(
            title="Revoke the key",
            consequence="From now on it opens nothing. This cannot be undone: make a new key.",
            button="Revoke",
            back=reverse("admin:accounts_apikey_change", args=[key.pk]),
            facts={"Key": key, "Of": key.company or "staff", "Last used": key.last_used_at},
            is_final=True,
        )

        def perform(_: dict[str, object]) -> str:
            revoke_api_key(
                key, by=staff_label(request), at=clock.now(), address=staff_address(request)
            )
            return f"{key.name} is revoked."

        return act_page(request, act, form=ConfirmForm(request.POST or None), perform=perform)
