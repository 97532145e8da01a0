"""What is asked of a logo beyond its bytes: that our documents can print it."""

from __future__ import annotations

from billing.documents.rendering.trial import flaw_in_trial
from features.exceptions import FeatureRefused
from features.registry import Change, before_change


@before_change
def logo_can_be_printed(change: Change) -> None:
    """Tried at once and strictly, so that staff hear of it and not the reader of an invoice."""
    if change.feature.key == "branding_logo":
        refuse_unprintable(change.feature.kind.parse(change.value))


def refuse_unprintable(logo: object) -> None:
    """Raise FeatureRefused for a picture that documents cannot draw, or not in time."""
    if isinstance(logo, bytes) and (flaw := flaw_in_trial(logo)):
        raise FeatureRefused("invalid_picture", f"{flaw[0].upper()}{flaw[1:]}")
