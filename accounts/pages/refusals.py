"""A rule's "no", beside the field that is to blame."""

from __future__ import annotations

from django import forms

from accounts.access.exceptions import Refused


def show_refusal(form: forms.BaseForm, refusal: Refused) -> None:
    """Put the refusal on its field, or over the form when it is about none that can be seen."""
    seen = {bound.name for bound in form.visible_fields()}
    form.add_error(refusal.attr if refusal.attr in seen else None, refusal.detail)
