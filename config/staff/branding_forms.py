"""The forms of Config → Branding and Config → Templates: many settings changed together."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from billing.documents.judging import refuse_unprintable
from config.staff.feature_forms import value_field
from features.document_settings import BLOCKS, DOCUMENT_KINDS, LANGUAGES
from features.exceptions import FeatureRefused
from features.kinds import LARGEST_PICTURE_BYTES, JsonValue
from features.queries import State

LOGO = "branding_logo"
LANGUAGE_NAMES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "ar": "Arabic",
}
_BLOCK_TITLES = {
    "intro": ("Introduction", "Before the table of figures."),
    "terms": ("Terms", "After the totals, under a heading."),
    "closing": ("Closing note", "At the very end."),
}


class TogetherForm(forms.Form):
    """Settings that are changed with one reason; the versions seen, so that nobody's is lost.

    Once valid, `accepted` holds the value of each setting in its JSON form.
    """

    document = forms.ChoiceField(
        label="Document",
        choices=[(kind, title.capitalize()) for kind, title in DOCUMENT_KINDS.items()],
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    language = forms.ChoiceField(
        label="Language",
        choices=list(LANGUAGE_NAMES.items()),
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    number = forms.CharField(
        label="Number of a real one",
        required=False,
        max_length=32,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "Empty: a sample"}),
    )
    reason = forms.CharField(
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="Kept in the history of each value.",
    )
    versions = forms.JSONField(widget=forms.HiddenInput())

    def __init__(
        self, data: Any, files: Any, *, states: list[State], is_preview: bool, initial: Any
    ) -> None:
        self.states = {state.feature.key: state for state in states}
        self.accepted: dict[str, JsonValue] = {}
        versions = {state.feature.key: state.version for state in states}
        super().__init__(data, files, initial=initial | {"versions": versions})
        self.fields["reason"].required = not is_preview

    def clean_versions(self) -> dict[str, int]:
        versions = self.cleaned_data["versions"]
        if isinstance(versions, dict) and all(type(each) is int for each in versions.values()):
            return {key: version for key, version in versions.items() if key in self.states}
        raise forms.ValidationError("Open the page again.")

    def accept(self, key: str, raw: object, *, field: str = "") -> None:
        """Judge a value as if it were saved; a refusal stands beside its field."""
        try:
            self.accepted[key] = self.states[key].feature.json_form(raw)
        except FeatureRefused as refused:
            named = refused.attr.partition(".")[0]
            self.add_error(named if named in self.fields else field or key, refused.detail)

    def changes(self) -> dict[str, JsonValue]:
        """Only what is not so already."""
        return {
            key: value for key, value in self.accepted.items() if value != self.states[key].value
        }


class BrandingForm(TogetherForm):
    """Who the provider is on its documents, and how they look."""

    remove_logo = forms.BooleanField(
        label="No logo", required=False, widget=UnfoldBooleanSwitchWidget()
    )
    kept_logo = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, data: Any, files: Any, *, states: list[State], is_preview: bool) -> None:
        initial = {state.feature.key: state.value for state in states if state.feature.key != LOGO}
        super().__init__(data, files, states=states, is_preview=is_preview, initial=initial)
        for state in states:
            field = value_field(state.feature)
            field.label, field.help_text = state.feature.title, state.feature.help
            self.fields[state.feature.key] = field
        self.fields["branding_accent"].widget.attrs["placeholder"] = "#4338ca"

    def clean(self) -> dict[str, Any]:
        asked = self.cleaned_data
        for key in self.states:
            if key == LOGO:
                self._accept_logo(asked)
            elif key in asked:
                self.accept(key, asked[key])
        return asked

    def _accept_logo(self, asked: dict[str, Any]) -> None:
        """The file chosen now, none, the one chosen before the page came back, or what stands."""
        upload = asked.get(LOGO)
        if asked.get("remove_logo"):
            self.accepted[LOGO] = None
        elif not isinstance(upload, UploadedFile):
            self.accept(LOGO, asked.get("kept_logo") or self.states[LOGO].value)
        elif (upload.size or 0) > LARGEST_PICTURE_BYTES:
            self.add_error(LOGO, "At most 256 KB.")
        else:
            self.accept(LOGO, upload.read())
        self._try(LOGO)

    def _try(self, key: str) -> None:
        """Before it is drawn here: a picture may ask for more work than there is time."""
        if key not in self.changes():
            return
        try:
            refuse_unprintable(self.states[key].feature.kind.parse(self.accepted[key]))
        except FeatureRefused as refused:
            del self.accepted[key]
            self.add_error(key, refused.detail)

    @property
    def unsaved_logo(self) -> JsonValue:
        """A logo that was chosen and is not saved: goes with the page, since a file cannot."""
        return self.changes().get(LOGO)


class TemplateForm(TogetherForm):
    """The layout of all documents, and the texts of one kind in one language."""

    def __init__(
        self, data: Any, files: Any, *, states: list[State], is_preview: bool, language: str
    ) -> None:
        layout, texts = states
        self.texts_key, self.spoken = texts.feature.key, language
        said = texts.value if isinstance(texts.value, dict) else {}
        self.said = said
        blocks = {block: said.get(f"{block}.{language}", "") for block in BLOCKS}
        initial = blocks | {"document_layout": layout.value, "language": language}
        super().__init__(data, files, states=states, is_preview=is_preview, initial=initial)
        del self.fields["document"]
        del self.fields["language"]
        field = value_field(layout.feature)
        field.label, field.help_text = layout.feature.title, layout.feature.help
        self.fields["document_layout"] = field
        for block, (title, hint) in _BLOCK_TITLES.items():
            self.fields[block] = forms.CharField(
                label=title,
                help_text=hint,
                required=False,
                strip=False,
                widget=UnfoldAdminTextareaWidget(
                    attrs={"rows": 4, "dir": "auto", "lang": language}
                ),
            )

    def clean(self) -> dict[str, Any]:
        asked = self.cleaned_data
        self.accept("document_layout", asked.get("document_layout"))
        own = {f"{block}.{self.spoken}": asked.get(block) or "" for block in BLOCKS}
        self.accept(self.texts_key, self.said | own, field="intro")
        return asked


assert set(LANGUAGE_NAMES) == set(LANGUAGES)
