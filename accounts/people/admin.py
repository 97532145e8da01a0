"""People: users with their rights, members of companies, invitations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.contrib.filters.admin import FieldTextFilter
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.people.actions import create_person
from accounts.people.erasing import erase_person
from accounts.people.models import Invitation, Member, User
from accounts.people.staffing import change_staff, remove_second_factors
from accounts.staff.acts import Act, ReasonForm, act_page, record_or_404, staff_address, staff_label
from accounts.staff.columns import link_column, when_column
from accounts.staff.records import AddedRecordAdmin, RecordAdmin, RecordInline
from config import clock


class RightsForm(ReasonForm):
    is_active = forms.BooleanField(
        label="May sign in", required=False, widget=UnfoldBooleanSwitchWidget()
    )
    is_staff = forms.BooleanField(
        label="Works for us", required=False, widget=UnfoldBooleanSwitchWidget()
    )
    groups = forms.ModelMultipleChoiceField(
        Group.objects.order_by("name"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text="What each group may do stands on its page.",
    )
    field_order = ["is_active", "is_staff", "groups", "reason"]


class PersonForm(forms.Form):
    email = forms.EmailField(max_length=254, widget=UnfoldAdminEmailInputWidget())
    first_name = forms.CharField(
        max_length=150, required=False, widget=UnfoldAdminTextInputWidget()
    )
    last_name = forms.CharField(max_length=150, required=False, widget=UnfoldAdminTextInputWidget())

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError("Somebody has an account with this address.")
        return email


class MembershipInline(RecordInline):
    model = Member
    fields = ["company", "role", "joined_at"]
    verbose_name_plural = "Companies"


@admin.register(User)
class UserAdmin(AddedRecordAdmin):
    ordering = ["email"]
    list_display = [
        "email",
        "name",
        "is_staff",
        "group_names",
        "is_active",
        when_column("last_login", title="Last sign-in"),
        when_column("date_joined", title="Since"),
    ]
    list_filter = ["is_staff", "is_active", "groups", ("email", FieldTextFilter)]
    search_fields = ["email", "first_name", "last_name"]
    fields = [
        "email",
        "first_name",
        "last_name",
        "is_active",
        "is_staff",
        "is_superuser",
        "group_names",
        "timezone",
        "language",
        "date_joined",
        "last_login",
    ]
    readonly_fields = ["group_names"]
    inlines = [MembershipInline]
    actions_detail = ["change_rights", "remove_factors", "erase"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="Name")
    def name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description="Groups")
    def group_names(self, user: User) -> str:
        return ", ".join(sorted(group.name for group in user.groups.all()))

    def add_page(self, request: HttpRequest) -> HttpResponse:
        act = Act(
            title="Add a person",
            consequence="The password is set by “Forgot your password?” at the first sign-in.",
            button="Add",
            back=reverse("admin:accounts_user_changelist"),
        )

        def perform(asked: dict[str, Any]) -> str:
            user = create_person(asked.pop("email"), password=None, **asked)
            return f"{user} can sign in. Give rights on the person's page."

        return act_page(request, act, form=PersonForm(request.POST or None), perform=perform)

    @action(  # type: ignore[untyped-decorator]
        description="Change rights", icon="shield_person", permissions=["accounts.change_user"]
    )
    def change_rights(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = record_or_404(User, object_id)
        act = Act(
            title=f"Rights of {user}",
            consequence="They act at once, on this person's next click.",
            button="Change",
            back=reverse("admin:accounts_user_change", args=[user.pk]),
        )
        initial = {
            "is_active": user.is_active,
            "is_staff": user.is_staff,
            "groups": user.groups.all(),
        }

        def perform(asked: dict[str, Any]) -> str:
            by, address = staff_label(request), staff_address(request)
            change_staff(user, **asked, by=by, at=clock.now(), address=address)
            return f"The rights of {user} are changed."

        form = RightsForm(request.POST or None, initial=initial)
        return act_page(request, act, form=form, perform=perform)

    @action(  # type: ignore[untyped-decorator]
        description="Remove second factors",
        icon="phonelink_erase",
        permissions=["accounts.change_user"],
    )
    def remove_factors(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = record_or_404(User, object_id)
        act = Act(
            title=f"Remove the second factors of {user}",
            consequence=(
                "For somebody who lost telephone and recovery codes. Make sure that it is them: "
                "the password alone opens the account until they set up a new factor."
            ),
            button="Remove",
            back=reverse("admin:accounts_user_change", args=[user.pk]),
            is_final=True,
        )

        def perform(asked: dict[str, Any]) -> str:
            by, address = staff_label(request), staff_address(request)
            count = remove_second_factors(
                user, reason=asked["reason"], by=by, at=clock.now(), address=address
            )
            return f"{count} removed."

        return act_page(request, act, form=ReasonForm(request.POST or None), perform=perform)

    @action(  # type: ignore[untyped-decorator]
        description="Erase",
        icon="person_remove",
        url_path="erase",
        permissions=["accounts.change_user"],
    )
    def erase(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = record_or_404(User, object_id)
        act = Act(
            title=f"Erase {user}",
            consequence=(
                "Name, address, password, second factors, sessions, memberships and the text of "
                "mails go, for good. What the person did stays in the audit log and the ledger, "
                "which nobody can change, and issued documents stay as they are: the law keeps "
                "them for years. The owner of a company that goes on hands it over first."
            ),
            button="Erase the person",
            back=reverse("admin:accounts_user_change", args=[user.pk]),
            is_final=True,
        )

        def perform(asked: dict[str, Any]) -> str:
            by = staff_label(request)
            erase_person(user, reason=asked["reason"], by=by, at=clock.now())
            return "The person is erased."

        return act_page(request, act, form=ReasonForm(request.POST or None), perform=perform)


@admin.register(Member)
class MemberAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "user",
        link_column("company", title="Company"),
        "role",
        when_column("joined_at", title="Since"),
    ]
    list_filter = ["role"]
    list_select_related = ["user", "company"]
    search_fields = ["user__email", "company__name"]


@admin.register(Invitation)
class InvitationAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "email",
        link_column("company", title="Company"),
        "role",
        "invited_by",
        when_column("invited_at", title="Invited"),
        when_column("expires_at", title="Expires"),
        when_column("accepted_at", title="Accepted"),
        when_column("withdrawn_at", title="Withdrawn"),
    ]
    list_select_related = ["company"]
    search_fields = ["email", "company__name"]
    exclude = ["token_hash"]
