"""Forms of saved views."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ViewForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    is_default = forms.BooleanField(label=_("Open the list with this view"), required=False)
