"""What onboarding refuses."""

from __future__ import annotations

from django.utils.translation import gettext as _t

from accounts.access.exceptions import Refused


class OnboardingRefused(Refused):
    """A rule of the life of a client says no."""


class NotPending(OnboardingRefused):
    """Only a company that waits for its activation is activated."""

    def __init__(self, status: str) -> None:
        super().__init__(
            "not_pending", _t("The account is %(status)s already.") % {"status": status}, status=409
        )


class TermsNotConfirmed(OnboardingRefused):
    def __init__(self) -> None:
        detail = _t("Review and confirm how the account is billed first.")
        super().__init__("terms_not_confirmed", detail, status=409)


class DepositNotAsked(OnboardingRefused):
    def __init__(self) -> None:
        super().__init__("deposit_not_asked", _t("No deposit is asked for."), status=409)


class DepositRunning(OnboardingRefused):
    """One payment of the deposit at a time."""

    def __init__(self) -> None:
        detail = _t("A payment of the deposit is being made already.")
        super().__init__("payment_in_progress", detail, status=409)


class NotSignedUp(OnboardingRefused):
    """Staff opened the account: there is nothing to verify."""

    def __init__(self) -> None:
        detail = _t("The account was opened by staff: there is nothing to verify.")
        super().__init__("nothing_to_verify", detail, status=409)


class NotActivated(OnboardingRefused):
    def __init__(self) -> None:
        detail = _t("The account is not activated yet: it can only be refused.")
        super().__init__("not_activated", detail, status=409)


class VerificationDecided(OnboardingRefused):
    def __init__(self, decision: str) -> None:
        super().__init__(
            "verification_decided",
            _t("The account is %(decision)s already.") % {"decision": decision},
            status=409,
        )


class DepositDisputed(OnboardingRefused):
    """While the bank has the deposit nobody can say what becomes of it."""

    def __init__(self) -> None:
        detail = "The deposit is disputed at the bank: decide once that is closed."
        super().__init__("deposit_disputed", detail, status=409)


class ReasonNeeded(OnboardingRefused):
    def __init__(self) -> None:
        super().__init__("required", _t("Say why: the customer will read it."), "reason")


class NothingToTransfer(OnboardingRefused):
    def __init__(self) -> None:
        detail = _t("Nothing is left to transfer.")
        super().__init__("nothing_to_transfer", detail, status=409)
