"""The team of a company, and one's own profile."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.access.exceptions import Refused
from accounts.access.permissions import Permission, can, requires
from accounts.access.principals import PortalRequest
from accounts.access.queries import scoped
from accounts.pages.columns import CellColumn
from accounts.pages.confirmation import confirmation, is_confirmed
from accounts.pages.filters import ListFilter
from accounts.pages.lists import Empty, ListPage, Sort
from accounts.pages.refusals import show_refusal
from accounts.people.actions import change_role, hand_over_ownership, remove_member
from accounts.people.invitations import invite_member, resend_invitation, withdraw_invitation
from accounts.people.languages import first_spoken, language_of
from accounts.people.models import Invitation, Member, Role
from accounts.people.queries import unanswered_invitations
from accounts.team.actions import change_profile
from accounts.team.forms import InviteForm, ProfileForm, RoleForm
from config import clock


class MemberFilter(ListFilter):
    """Members of a company."""

    search_in = ("user__email", "user__first_name", "user__last_name")
    role = django_filters.MultipleChoiceFilter(choices=Role.choices, label=_("Role"))


def _member_address(member: Member) -> str:
    return reverse("portal:member", args=[member.pk])


class MemberTable(tables.Table):  # type: ignore[misc]
    email = CellColumn(
        accessor="user.email", place="key", page="portal:member", verbose_name=_("E-mail")
    )
    name = CellColumn(accessor="user.get_full_name", verbose_name=_("Name"))
    role = CellColumn(place="figure", verbose_name=_("Role"))
    joined_at = CellColumn("day", verbose_name=_("Joined"))

    class Meta:
        fields = ()


MEMBERS = ListPage[Member](
    filters=MemberFilter,
    table=MemberTable,
    sorts={
        "oldest": Sort("joined_at", ("joined_at", "id")),
        "newest": Sort("joined_at", ("-joined_at", "-id")),
    },
    default_sort="oldest",
    empty=Empty(icon="users", title=_("Nobody yet"), text=_("Members of the company appear here.")),
    name="team",
)


def _members(request: PortalRequest) -> QuerySet[Member]:
    return scoped(Member.objects.select_related("user"), request.principal)


def _acting_as(request: PortalRequest) -> Role:
    return Role(request.member.role)


@requires(Permission.SEE_TEAM)
def team(request: PortalRequest) -> HttpResponseBase:
    """Members, open invitations, and the form to invite."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invite_member(
                request.company,
                email=form.cleaned_data["email"],
                role=Role(form.cleaned_data["role"]),
                acting_as=_acting_as(request),
                by=request.principal.label,
                at=clock.now(),
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _t("The invitation is on its way."))
            return redirect("portal:team")
    context = {
        "form": form,
        "invitations": unanswered_invitations(request.company),
        "at": clock.now(),
        "can_change": can(request.member.role, Permission.CHANGE_TEAM),
    }
    return MEMBERS.respond(
        request, _members(request), template="accounts/team/team.html", context=context
    )


@requires(Permission.SEE_TEAM)
def member(request: PortalRequest, member_id: UUID) -> HttpResponse:
    """One member: role, since when, and what can be changed."""
    found = get_object_or_404(_members(request), pk=member_id)
    form = RoleForm(request.POST or None, initial={"role": found.role})
    if request.method == "POST" and form.is_valid():
        try:
            change_role(
                found,
                role=Role(form.cleaned_data["role"]),
                acting_as=_acting_as(request),
                by=request.principal.label,
                at=clock.now(),
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _t("The role is changed."))
            return redirect("portal:team")
    context = {
        "found": found,
        "form": form,
        "is_owner": found.role == Role.OWNER,
        "can_hand_over": can(request.member.role, Permission.CHANGE_OWNER),
    }
    return render(request, "accounts/team/member.html", context)


@require_POST
@requires(Permission.CHANGE_TEAM)
def remove(request: PortalRequest, member_id: UUID) -> HttpResponseBase:
    """Take a member off the team."""
    found = get_object_or_404(_members(request), pk=member_id)
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_t("Remove %(email)s from the team?") % {"email": found.user.email},
            text=_t("They lose access at once. What they did stays on record."),
            yes=_t("Remove"),
            back=_member_address(found),
        )

    def act() -> None:
        acting_as, by = _acting_as(request), request.principal.label
        remove_member(found, acting_as=acting_as, by=by, at=clock.now())

    return _done(request, act, said=_t("They are no longer on the team."))


@require_POST
@requires(Permission.CHANGE_OWNER)
def make_owner(request: PortalRequest, member_id: UUID) -> HttpResponseBase:
    """Hand the company over."""
    found = get_object_or_404(_members(request), pk=member_id)
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_t("Make %(email)s the owner?") % {"email": found.user.email},
            text=_t("You become an admin. Only the new owner can undo this."),
            yes=_t("Hand over"),
            back=_member_address(found),
        )

    def act() -> None:
        acting_as, by = _acting_as(request), request.principal.label
        hand_over_ownership(request.company, to=found, acting_as=acting_as, by=by, at=clock.now())

    return _done(request, act, said=_t("The company has a new owner."))


@require_POST
@requires(Permission.CHANGE_TEAM)
def resend(request: PortalRequest, invitation_id: UUID) -> HttpResponseBase:
    """Mail the invitation again with a new link."""
    found = _invitation(request, invitation_id)

    def act() -> None:
        acting_as, by = _acting_as(request), request.principal.label
        resend_invitation(found, acting_as=acting_as, by=by, at=clock.now())

    return _done(request, act, said=_t("The invitation is sent again."))


@require_POST
@requires(Permission.CHANGE_TEAM)
def withdraw(request: PortalRequest, invitation_id: UUID) -> HttpResponseBase:
    """The link in the invitation stops working."""
    found = _invitation(request, invitation_id)

    def act() -> None:
        acting_as, by = _acting_as(request), request.principal.label
        withdraw_invitation(found, acting_as=acting_as, by=by, at=clock.now())

    return _done(request, act, said=_t("The invitation is withdrawn."))


@requires(None)
def profile(request: PortalRequest) -> HttpResponse:
    """One's own name and zone; the company's details, which the provider changes."""
    user = request.member.user
    form = ProfileForm(
        request.POST or None,
        initial={name: getattr(user, name) for name in ProfileForm.base_fields},
    )
    if request.method == "POST" and form.is_valid():
        change_profile(user, **form.cleaned_data)
        with translation.override(first_spoken(language_of(user, request.company))):
            messages.success(request, _t("Saved."))
        return redirect("portal:profile")
    context = {
        "form": form,
        "company": request.company,
        "role": Role(request.member.role).label,
        "sees_money": can(request.member.role, Permission.SEE_MONEY),
        "may_close": can(request.member.role, Permission.CLOSE_COMPANY),
    }
    return render(request, "accounts/team/profile.html", context)


def _invitation(request: PortalRequest, invitation_id: UUID) -> Invitation:
    mine = scoped(Invitation.objects.all(), request.principal)
    return get_object_or_404(mine, pk=invitation_id)


def _done(request: PortalRequest, act: Callable[[], None], *, said: str) -> HttpResponseBase:
    try:
        act()
    except Refused as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, said)
    return redirect("portal:team")


urlpatterns = [
    path("team/", team, name="team"),
    path("team/<uuid:member_id>/", member, name="member"),
    path("team/<uuid:member_id>/remove/", remove, name="member-remove"),
    path("team/<uuid:member_id>/make-owner/", make_owner, name="member-make-owner"),
    path("team/invitations/<uuid:invitation_id>/resend/", resend, name="invitation-resend"),
    path("team/invitations/<uuid:invitation_id>/withdraw/", withdraw, name="invitation-withdraw"),
    path("profile/", profile, name="profile"),
]
