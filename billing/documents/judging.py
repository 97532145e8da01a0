"""What is asked of a logo beyond its bytes: that our documents can print it."""

from __future__ import annotations

from billing.documents.rendering.logos import flaw_of_logo
from features.exceptions import FeatureRefused
from features.registry import Change, before_change


@before_change
def logo_can_be_printed(change: Change) -> None:
    """Tried at once and strictly, so that staff hear of it and not the reader of an invoice."""
    if change.feature.key != "branding_logo":
        return
    logo = change.feature.kind.parse(change.value)
    if isinstance(logo, bytes) and (flaw := flaw_of_logo(logo)):
        raise FeatureRefused("invalid_picture", f"{flaw[0].upper()}{flaw[1:]}")
