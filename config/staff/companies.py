"""Companies: the list with balance and status, and one page with everything about one customer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter

from accounts.companies.models import Company
from accounts.staff.acts import record_or_404
from accounts.staff.columns import Column, short_column, status_column, when_column
from accounts.staff.records import AddedRecordAdmin
from billing.money.columns import amount_column
from config.staff import client_life, company_acts
from config.staff.billing_type import billing_type
from config.staff.client_form import add_client, edit_client
from config.staff.company_discounts import add_discount_page
from config.staff.company_list import BalanceFilter, ReviewFilter, with_money
from config.staff.company_page import company_page
from config.staff.messages import SEND
from config.staff.pages import View

SEES_MONEY = "billing.view_entry"


@admin.register(Company)
class CompanyAdmin(AddedRecordAdmin):
    ordering = ["-id"]
    search_fields = ["=id", "name", "legal_name", "email"]
    search_help_text = "Name, e-mail address or id"
    actions = ["message"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        companies: QuerySet[Company] = super().get_queryset(request)
        return with_money(companies)

    def get_list_display(self, request: HttpRequest) -> list[Column | str]:
        money: list[Column | str] = [
            amount_column("balance", title="Balance"),
            "billing_type",
        ]
        return [
            "name",
            status_column(),
            *(money if request.user.has_perm(SEES_MONEY) else []),
            short_column("status_reason", title="Why", longest=40),
            "country_code",
            "email",
            when_column("created_at", title="Since"),
        ]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        money = [BalanceFilter, ReviewFilter, "billing_profile__billing_type"]
        common: list[Any] = ["status", "category", ("created_at", RangeDateTimeFilter)]
        return [*common, *(money if request.user.has_perm(SEES_MONEY) else [])]

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(SEND)

    @admin.action(description="Message", permissions=["send"])
    def message(self, request: HttpRequest, queryset: QuerySet[Company]) -> HttpResponse:
        """Write to the companies that are ticked."""
        chosen = urlencode([("company", str(pk)) for pk in queryset.values_list("pk", flat=True)])
        return HttpResponseRedirect(f"{reverse('admin:message_compose')}?{chosen}")

    @admin.display(description="Billing type", ordering="billing_type")
    def billing_type(self, company: Company) -> str:
        return str(company.billing_type)  # type: ignore[attr-defined]  # from `with_money`

    @admin.display(description="Country", ordering="country")
    def country_code(self, company: Company) -> SafeString:
        return format_html('<span title="{}">{}</span>', company.country.name, company.country)

    def add_page(self, request: HttpRequest) -> HttpResponse:
        return add_client(request)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return company_page(request, found(object_id))

    def get_urls(self) -> list[URLPattern]:
        acts = [
            path(
                f"<uuid:object_id>/{name}/",
                self.admin_site.admin_view(_on_company(view, permission)),
                name=f"company_{name}",
            )
            for name, view, permission in (
                ("edit", edit_client, "accounts.change_company"),
                ("billing_type", billing_type, "accounts.change_company"),
                ("adjust", company_acts.adjust, "billing.adjust_balance"),
                ("discount", add_discount_page, "billing.add_discount"),
                ("transfer", company_acts.transfer, "billing.record_transfer"),
                ("suspend", company_acts.suspend, "accounts.suspend_company"),
                ("reactivate", company_acts.reactivate, "accounts.suspend_company"),
                ("verify", client_life.verify, "billing.verify_company"),
                ("close", client_life.close, "billing.close_company"),
                ("data", client_life.data, "accounts.note_company"),
                ("reviewed", company_acts.reviewed, "billing.record_transfer"),
                ("payout", client_life.payout, "billing.record_transfer"),
                ("note", company_acts.note, "accounts.note_company"),
                ("look", company_acts.look, "accounts.look_at_company"),
            )
        ]
        return [*acts, *super().get_urls()]


def found(object_id: object) -> Company:
    """The company, or 404 also for what is no id at all."""
    return record_or_404(Company, object_id)


def _on_company(act: View[[Company]], permission: str) -> Any:
    """A view that finds the company after asking for the permission."""

    def view(request: HttpRequest, object_id: object) -> Any:
        if not request.user.has_perm(permission):
            raise PermissionDenied
        return act(request, found(object_id))

    return view
