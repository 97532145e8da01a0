"""Forms that change features: a field by the feature's kind, from when, and why; a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.timezone import get_current_timezone_name
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
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


NOW, PERIOD_START, LATER = "now", "period_start", "at"


class MomentInput(UnfoldAdminTextInputWidget):  # type: ignore[misc]  # unfold has no types
    """A date and a time by the browser's own picker."""

    input_type = "datetime-local"


class ChangeForm(forms.Form):
    """The new value, by the feature's kind, which itself judges it; from when it holds, and why."""

    starts = forms.ChoiceField(label="From", widget=UnfoldAdminSelectWidget(), required=False)
    at = forms.DateTimeField(
        label="At",
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=MomentInput(),
    )
    reason = forms.CharField(
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="Kept in the history.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput())
    field_order = ["value", "starts", "at", "reason"]

    def __init__(
        self, data: Any, files: Any, *, state: queries.State, value: JsonValue, is_preview: bool
    ) -> None:
        initial = {"value": _typed(state.feature, value), "version": state.version, "starts": NOW}
        super().__init__(data, files, initial=initial)
        self.feature = state.feature
        self.fields["value"] = value_field(state.feature)
        starts = self.fields["starts"]
        assert isinstance(starts, forms.ChoiceField)
        starts.choices = _starts(state.feature)
        zone = get_current_timezone_name()
        self.fields["at"].help_text = f"Only for a later time; in your time zone, {zone}."
        self.fields["reason"].required = not is_preview
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """A later time is needed when it is to be later, and meaningless otherwise."""
        asked = self.cleaned_data
        is_later = asked.get("starts") == LATER
        if is_later and not asked.get("at") and "at" not in self.errors:
            self.add_error("at", "Say when.")
        if not is_later:
            asked["at"] = None
        return asked

    def clean_value(self) -> JsonValue:
        raw = self.cleaned_data["value"]
        if isinstance(raw, UploadedFile):
            raw = raw.read()
        try:
            return self.feature.json_form(_read(self.feature.kind, raw))
        except FeatureRefused as refused:
            raise forms.ValidationError(refused.detail) from refused


class FileForm(forms.Form):
    file = forms.FileField(
        label="Configuration file",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".json,application/json"}),
        help_text="As exported here, at most 1 MB. Nothing is changed before you have seen what.",
    )


class ApplyForm(forms.Form):
    """The file once more, the versions that its difference was shown for, and why."""

    content = forms.CharField(widget=forms.HiddenInput(), strip=False)
    versions = forms.JSONField(widget=forms.HiddenInput())
    reason = forms.CharField(
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="Kept in the history of each value.",
    )

    def clean_versions(self) -> dict[str, int]:
        versions = self.cleaned_data["versions"]
        if isinstance(versions, dict) and all(type(each) is int for each in versions.values()):
            return versions
        raise forms.ValidationError("Choose the file again.")


def _starts(feature: AnyFeature) -> list[tuple[str, str]]:
    back = [(PERIOD_START, "The start of the open period: its charges are rated anew")]
    return [(NOW, "Now"), *(back if feature.changes_charges else []), (LATER, "A later time")]


def opposite(state: queries.State) -> JsonValue:
    """What a change is most likely to: the other position of a switch, else the present value."""
    return not state.value if isinstance(state.value, bool) else state.value


def _typed(feature: AnyFeature, value: JsonValue) -> JsonValue:
    """How a value stands in the field."""
    if isinstance(feature.kind, kinds.Picture):
        return None
    if isinstance(value, bool):
        return "on" if value else "off"
    return value


def _read(kind: object, raw: object) -> object:
    """What was typed, in the form that the kind reads."""
    if isinstance(kind, kinds.Switch):
        return raw == "on"
    if isinstance(kind, kinds.WholeNumber | kinds.OptionalWholeNumber):
        text = str(raw)
        is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
        return int(text) if is_number else raw
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
