"""What payments refuse, and how gateways fail."""

from __future__ import annotations

from django.utils.translation import gettext as _t

from accounts.access.exceptions import JSONValue, Refused


class GatewayUnavailable(Exception):
    """No answer, or one that says nothing: the gateway may or may not have done it."""


class GatewayRefused(Exception):
    """The gateway refused the request itself; nothing was done."""

    def __init__(self, code: str, message: str, *, param: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param


class WebhookRefused(Exception):
    """A webhook that is not the gateway's, is too old, or cannot be read."""


class WrongAmount(Exception):
    """The gateway reports another amount or currency than was asked for: staff must look."""


class CardDeclined(Refused):
    """The card was declined; `decline_code` is the gateway's own reason."""

    def __init__(self, message: str, *, decline_code: str) -> None:
        extra: dict[str, JSONValue] = {"decline_code": decline_code}
        super().__init__("card_declined", message, status=402, extra=extra)
        self.decline_code = decline_code


class PaymentRefused(Refused):
    """A rule of payments says no."""


class PaymentFailed(PaymentRefused):
    """The payment failed, and not for the card's sake."""

    def __init__(self, message: str, *, code: str) -> None:
        extra: dict[str, JSONValue] = {"failure_code": code}
        super().__init__("payment_failed", message, status=402, extra=extra)


class UnknownGateway(PaymentRefused):
    def __init__(self, name: str) -> None:
        super().__init__(
            "unknown_gateway", _t("There is no card gateway %(name)s.") % {"name": name}, "gateway"
        )


class GatewayNotAvailable(PaymentRefused):
    """The provider has switched the gateway off, for all or for this country or currency."""

    def __init__(self, title: str) -> None:
        super().__init__(
            "gateway_not_available",
            _t("%(title)s is not available for this account.") % {"title": title},
        )


class UnknownCode(PaymentRefused):
    """No country of ISO 3166, or no currency in circulation."""

    def __init__(self, code: str, *, attr: str) -> None:
        what = {"countries": "country", "currencies": "currency"}[attr]
        super().__init__(
            f"unknown_{what}",
            _t("There is no %(what)s “%(code)s”.") % {"what": what, "code": code},
            attr,
        )


class TryGatewayLater(PaymentRefused):
    """The gateway gave no answer, and nothing has to be settled later."""

    def __init__(self) -> None:
        detail = _t("The payment gateway does not answer. Try again in a moment.")
        super().__init__("gateway_unavailable", detail, status=503)


class NotConfirmable(PaymentRefused):
    """The gateway will not have this payment any more."""

    def __init__(self, message: str) -> None:
        super().__init__("payment_not_confirmable", message, status=409)


class NotNeeded(PaymentRefused):
    """What the payment was for has been paid otherwise, or is not wanted any more."""

    def __init__(self) -> None:
        detail = _t("This payment is no longer needed. Nothing was charged for it.")
        super().__init__("payment_not_needed", detail, status=409)


class UnknownPaymentMethod(PaymentRefused):
    def __init__(self, attr: str = "payment_method") -> None:
        super().__init__("unknown_payment_method", _t("There is no such payment method."), attr)


class NoPaymentMethod(PaymentRefused):
    def __init__(self) -> None:
        detail = _t("There is no saved card to charge. Add one, or name one.")
        super().__init__("payment_method_required", detail, "payment_method")


class KeyReused(PaymentRefused):
    """The key has a payment or refund already, and it says something else."""

    def __init__(self) -> None:
        detail = _t("This key was used with other content.")
        super().__init__("idempotency_key_reused", detail, status=409)


class InvalidPaymentAmount(PaymentRefused):
    """Not above zero, not payable in the currency's minor units, or not the account's currency."""

    def __init__(self, detail: str, *, attr: str = "amount") -> None:
        super().__init__("invalid_amount", detail, attr)


class WrongPaymentCurrency(PaymentRefused):
    def __init__(self, given: str, currency: str) -> None:
        detail = _t("The amount must be in %(currency)s, not in %(given)s.") % {
            "currency": currency,
            "given": given,
        }
        super().__init__("wrong_currency", detail, "amount.currency")


class InvalidReceivedAt(PaymentRefused):
    def __init__(self) -> None:
        detail = _t("Money that is yet to come cannot be recorded.")
        super().__init__("received_in_the_future", detail, "received_at")


class NotRefundable(PaymentRefused):
    def __init__(self, status: str) -> None:
        detail = _t("A payment that is %(status)s cannot be refunded.") % {"status": status}
        super().__init__("payment_not_refundable", detail, status=409)


class DepositHeld(PaymentRefused):
    """What becomes of a deposit is decided by the verification of the account."""

    def __init__(self) -> None:
        detail = _t("This deposit is held: verify the account, or refuse to.")
        super().__init__("deposit_held", detail, status=409)


class RefundExceedsPayment(PaymentRefused):
    def __init__(self, left: str) -> None:
        detail = _t("No more than %(left)s of this payment is left to refund.") % {"left": left}
        super().__init__("refund_exceeds_payment", detail, "amount", extra={"left": left})


class RefundDecided(PaymentRefused):
    """Only a proposed refund waits for a second person."""

    def __init__(self, status: str) -> None:
        super().__init__(
            "refund_decided",
            _t("The refund is %(status)s already.") % {"status": status},
            status=409,
        )


class SecondPersonNeeded(PaymentRefused):
    """Who proposed a refund does not approve it."""

    def __init__(self) -> None:
        detail = _t("Another person than the one who proposed the refund must approve it.")
        super().__init__("second_person_needed", detail, status=403)


class PortalPaymentOff(PaymentRefused):
    """Customers do not pay by themselves here; the bank details say how else."""

    def __init__(self, bank_details: str | None) -> None:
        detail = _t("Payment by customers is switched off.")
        if bank_details is not None:
            detail = _t("Payment by customers is switched off. Pay by bank transfer.")
        extra: dict[str, JSONValue] = {"bank_details": bank_details}
        super().__init__("portal_payment_off", detail, status=403, extra=extra)
