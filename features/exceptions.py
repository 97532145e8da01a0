"""What can be wrong with a change of a feature."""

from __future__ import annotations


class FeatureRefused(Exception):
    """A change that is not made; `attr` names the field, `code` the rule, `detail` says it.

    `status` is the API's answer.
    """

    status = 400

    def __init__(self, code: str, detail: str, *, attr: str = "value") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.attr = attr


class UnknownFeature(LookupError):
    """There is no feature or setting with this key."""


class ChangedMeanwhile(FeatureRefused):
    """Somebody else set the feature after the caller looked at it."""

    status = 409


class NotCancellable(FeatureRefused):
    """A value that has begun, or is cancelled already, cannot be cancelled."""

    status = 409
