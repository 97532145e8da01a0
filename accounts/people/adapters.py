"""How allauth treats sign-in here: sign-up is a page of our own, mails go through our queue."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from uuid_utils.compat import uuid7

from accounts.notifications.actions import queue_mail
from accounts.people.models import User
from accounts.people.queries import memberships
from config.clock import now

_OWN_MAILS = {
    "account/email/password_reset_key": "password_reset",
    "account/email/email_confirmation": "email_confirmation",
    "account/email/email_confirmation_signup": "email_confirmation",
}
_LINKS = ("password_reset_url", "activate_url")
_SHOWN = (*_LINKS, "email", "code", "ip", "user_agent", "timestamp")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Who signs up does so with a company, on `/signup/`; members are invited or added by staff."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The portal for who belongs to a company, the admin for staff who do not."""
        user = request.user
        if isinstance(user, User) and user.is_staff and not memberships(user).exists():
            return reverse("admin:index")
        return str(super().get_login_redirect_url(request))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put allauth's mail into our queue: in our own words where we have them, else its text."""
        facts = {name: context[name] for name in _SHOWN if name in context} | {"email": email}
        kind = _OWN_MAILS.get(template_prefix, "account_notice")
        if kind == "account_notice":
            facts["heading"] = render_to_string(f"{template_prefix}_subject.txt", context).strip()
            facts["body"] = render_to_string(
                f"{template_prefix}_message.txt", {**context, **facts}
            ).strip()
        queue_mail(
            kind,
            company=None,
            to=[email],
            once=f"{kind}:{uuid7().hex}",
            context=facts,
            at=now(),
            secret=_secret_of(context),
        )


def _secret_of(context: dict[str, Any]) -> str:
    """What must not stay in the mail log: the last part of a link for one use, or a code."""
    for name in _LINKS:
        if name in context:
            return str(context[name]).rstrip("/").rpartition("/")[2][:200]
    return str(context.get("code", ""))
