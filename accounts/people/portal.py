"""Pages about who one is: choosing the company, accepting an invitation."""

from __future__ import annotations

from allauth.account.utils import perform_login
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access.exceptions import Refused
from accounts.access.permissions import requires
from accounts.access.principals import PortalRequest
from accounts.access.queries import COMPANY_IN_SESSION
from accounts.people.forms import JoinForm
from accounts.people.invitations import accept_as_new_person, accept_invitation
from accounts.people.models import Invitation, Member, User
from accounts.people.queries import invitation_of, memberships
from config.clock import now


@require_POST
@requires(None)
def switch_company(request: PortalRequest) -> HttpResponse:
    """Look at another of one's companies; one that is not one's own changes nothing."""
    chosen = request.POST.get("company", "")
    if any(str(member.company_id) == chosen for member in memberships(request.member.user)):
        request.session[COMPANY_IN_SESSION] = chosen
    return redirect(settings.LOGIN_REDIRECT_URL)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """The link of an invitation's mail: join as who is signed in, or as a new person."""
    found = invitation_of(token, at=now())
    if found is None:
        return render(request, "accounts/people/invitation_gone.html", status=404)
    form = JoinForm(request.POST if request.method == "POST" else None)
    try:
        member = _joined(request, token, form)
    except Refused as refused:
        form.add_error(None, refused.detail)
        member = None
    if member is None:
        return render(request, "accounts/people/invitation.html", _situation(request, found, form))
    return _welcome(request, member)


def _joined(request: HttpRequest, token: str, form: JoinForm) -> Member | None:
    """The new member, once what was sent makes one."""
    if request.method != "POST":
        return None
    if isinstance(request.user, User):
        return accept_invitation(token, user=request.user, at=now())
    if not form.is_valid():
        return None
    return accept_as_new_person(token, **form.cleaned_data, at=now())


def _situation(
    request: HttpRequest, found: Invitation, form: JoinForm
) -> dict[str, Invitation | JoinForm | bool]:
    user = request.user
    return {
        "invitation": found,
        "form": form,
        "is_theirs": isinstance(user, User) and user.email.lower() == found.email.lower(),
        "has_account": User.objects.filter(email__iexact=found.email).exists(),
    }


def _welcome(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Signed in, with the company chosen that was just joined."""
    if request.user.is_authenticated:
        request.session[COMPANY_IN_SESSION] = str(member.company_id)
        return redirect(settings.LOGIN_REDIRECT_URL)
    answer: HttpResponseBase = perform_login(request, member.user)
    request.session[COMPANY_IN_SESSION] = str(member.company_id)
    return answer


urlpatterns = [
    path("company/", switch_company, name="switch-company"),
    path("invitations/<str:token>/", invitation, name="invitation"),
]
