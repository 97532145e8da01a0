"""A form that moves money carries a key made with the page: sent twice, it acts once."""

from __future__ import annotations

from django import forms
from uuid_utils.compat import uuid7

from accounts.access.principals import Principal


class KeyInput(forms.HiddenInput):
    """A new key each time the form is shown: what was refused is tried again under another one."""

    def format_value(self, value: object) -> str:
        return str(uuid7())


class FormKeyField(forms.UUIDField):
    """The hidden key."""

    widget = KeyInput


def action_key(principal: Principal, form: forms.Form) -> str:
    """The key for actions: the form's own, within the person who sends it."""
    return f"portal:{principal.id}:{form.cleaned_data['key']}"
