"""The form that changes a feature: one field, by the feature's kind, and why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from unfold.widgets import (
    UnfoldAdminImageFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from features import kinds, queries
from features.declarations import AnyFeature
from features.exceptions import FeatureRefused
from features.kinds import JsonValue

_LONGEST_NUMBER = 9


class ChangeForm(forms.Form):
    """The new value, by the feature's kind; the kind itself judges it."""

    reason = forms.CharField(
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="Kept in the history.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput())
    field_order = ["value", "reason"]

    def __init__(self, data: Any, files: Any, *, state: queries.State) -> None:
        initial = {"value": _typed(state), "version": state.version}
        super().__init__(data, files, initial=initial)
        self.feature = state.feature
        self.fields["value"] = value_field(state.feature)
        self.order_fields(self.field_order)

    def clean_value(self) -> JsonValue:
        raw = self.cleaned_data["value"]
        if isinstance(raw, UploadedFile):
            raw = raw.read()
        try:
            return self.feature.json_form(_read(self.feature.kind, raw))
        except FeatureRefused as refused:
            raise forms.ValidationError(refused.detail) from refused


def _typed(state: queries.State) -> JsonValue:
    """What the field opens with: the other position of a switch, else the present value."""
    if isinstance(state.feature.kind, kinds.Picture):
        return None
    if isinstance(state.value, bool):
        return "off" if state.value else "on"
    return state.value


def _read(kind: object, raw: object) -> object:
    """What was typed, in the form that the kind reads."""
    if isinstance(kind, kinds.Switch):
        return raw == "on"
    if isinstance(kind, kinds.WholeNumber):
        text = str(raw)
        is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
        return int(text) if is_number else text
    return raw


def value_field(feature: AnyFeature) -> forms.Field:
    """The form field of a kind."""
    field = _field_of(feature.kind)
    field.label, field.required = "New value", False
    return field


def _field_of(kind: object) -> forms.Field:
    if isinstance(kind, kinds.Switch):
        return _choice([("on", "On"), ("off", "Off")])
    if isinstance(kind, kinds.Choice):
        return _choice([(option, option) for option in kind.options])
    if isinstance(kind, kinds.Picture):
        hint = "PNG, JPEG, GIF, WebP or SVG, at most 256 KB. Empty: no picture."
        return forms.FileField(widget=UnfoldAdminImageFieldWidget(), help_text=hint)
    if isinstance(kind, kinds.Text) and kind.lines > 1:
        area = UnfoldAdminTextareaWidget(attrs={"rows": kind.lines})
        return forms.CharField(widget=area, strip=False)
    unit = str(getattr(kind, "unit", ""))
    return forms.CharField(widget=UnfoldAdminTextInputWidget(), help_text=unit)


def _choice(options: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(choices=options, widget=UnfoldAdminSelectWidget())
