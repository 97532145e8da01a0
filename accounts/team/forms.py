"""Forms of the team and of one's own profile."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.companies.zones import zone_choices
from accounts.pages.columns import Words
from accounts.people.models import Role

ASSIGNABLE = [choice for choice in Role.choices if choice[0] != Role.OWNER]


class InviteForm(forms.Form):
    """Whom to invite, as what."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("The invitation is sent there and holds for 14 days."),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=ASSIGNABLE,
        help_text=_(
            "Admin: everything but closing the company. Finance: money, no team. Viewer: reads."
            " End user: own SIMs."
        ),
    )


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(label=_("Role"), choices=ASSIGNABLE)


def _zones() -> list[tuple[str, Words]]:
    return [("", _("As the company")), *zone_choices()]


def _languages() -> list[tuple[str, Words]]:
    return [("", _("As the company")), *settings.LANGUAGES]


class ProfileForm(forms.Form):
    """How a person is called, and how the portal speaks: its zone and its language."""

    first_name = forms.CharField(label=_("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        choices=_zones,
        help_text=_("Times in the portal are shown in it."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=_languages,
        help_text=_("Of the portal and of the mails that reach you."),
    )
