"""What payments refuse, and how gateways fail."""

from __future__ import annotations

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


class UnknownPaymentMethod(PaymentRefused):
    def __init__(self, attr: str = "payment_method") -> None:
        super().__init__("unknown_payment_method", "There is no such payment method.", attr)


class NoPaymentMethod(PaymentRefused):
    def __init__(self) -> None:
        detail = "There is no saved card to charge. Add one, or name one."
        super().__init__("payment_method_required", detail, "payment_method")


class RefundExceedsPayment(PaymentRefused):
    def __init__(self, left: str) -> None:
        detail = f"No more than {left} of this payment is left to refund."
        super().__init__("refund_exceeds_payment", detail, "amount", extra={"left": left})
