"""Staff sign in with a second factor."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts.people.models import User

GetResponse = Callable[[HttpRequest], HttpResponseBase]
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def staff_mfa_middleware(get_response: GetResponse) -> GetResponse:
    """Staff without a second factor reach nothing but the pages that set one up.

    Once it is set up, allauth asks for it at every sign-in. Required in production, not in the
    sandbox (`STAFF_MFA_REQUIRED`).
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if settings.STAFF_MFA_REQUIRED and _must_set_up(request):
            return redirect("mfa_index")
        return get_response(request)

    return middleware


def _must_set_up(request: HttpRequest) -> bool:
    user = request.user
    if not isinstance(user, User) or not user.is_staff:
        return False
    if request.path.startswith((reverse("account_login").removesuffix("login/"), "/static/")):
        return False
    return not Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists()
