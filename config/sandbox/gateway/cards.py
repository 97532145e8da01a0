"""Stripe's documented test cards: what each number does, and what a card form may get wrong.

Source: https://docs.stripe.com/testing. A number is used to look here and is never stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from config.sandbox.gateway.objects import Json, StripeError

AUTHENTICATION_FAILED = "The provided PaymentMethod has failed authentication."
MESSAGES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "payment_intent_authentication_failure": AUTHENTICATION_FAILED,
    "setup_intent_authentication_failure": AUTHENTICATION_FAILED,
}

NUMBER_DIGITS, CVC_DIGITS, MONTHS, CENTURY = 16, 3, range(1, 13), 100

# How a decline is told: number → (code, decline_code).
DECLINES = {
    "4000000000000002": ("card_declined", "generic_decline"),
    "4000000000009995": ("card_declined", "insufficient_funds"),
    "4000000000009987": ("card_declined", "lost_card"),
    "4000000000009979": ("card_declined", "stolen_card"),
    "4000000000000069": ("expired_card", "expired_card"),
    "4000000000000127": ("incorrect_cvc", "incorrect_cvc"),
    "4000000000000119": ("processing_error", "processing_error"),
    "4000000000000341": ("card_declined", "generic_decline"),
    "4000008260003178": ("card_declined", "insufficient_funds"),
    "4000008400001629": ("card_declined", "generic_decline"),
}
# localstripe refuses these only where they are attached; Stripe refuses to charge them, too.
NEVER_CHARGED = frozenset(DECLINES) - {"4000000000000341", "4000008260003178", "4000008400001629"}
REFUND_PENDING, REFUND_FAILS, DISPUTED = "4000000000007726", "4000000000005126", "4000000000000259"
AFTERWARDS = {REFUND_PENDING: "refund_pending", REFUND_FAILS: "refund_fails", DISPUTED: "disputed"}

# Tokens that Stripe documents and localstripe does not know.
TOKENS = {
    "pm_card_mastercard": "5555555555554444",
    "pm_card_discover": "6011111111111117",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_threeDSecure2Required": "4000000000003220",
    "pm_card_threeDSecureRequiredChargeDeclined": "4000008400001629",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_pendingRefund": REFUND_PENDING,
    "pm_card_refundFail": REFUND_FAILS,
    "pm_card_createDispute": DISPUTED,
}
# Those that localstripe knows, for the reason of their decline.
KNOWN_TOKENS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeCustomerFail": "4000000000000341",
}


@dataclass(frozen=True)
class CardTraits:
    """What we remember of a card instead of its number."""

    brand: str
    code: str
    decline_code: str
    afterwards: str
    is_never_charged: bool

    @property
    def overlay(self) -> Json:
        traits = {
            "code": self.code,
            "decline_code": self.decline_code,
            "then": self.afterwards,
            "never_charged": self.is_never_charged,
        }
        return {"card": {"brand": self.brand}, "_traits": traits}


def traits_of(number: str) -> CardTraits:
    code, decline_code = DECLINES.get(number, ("card_declined", "generic_decline"))
    return CardTraits(
        brand=_brand(number),
        code=code,
        decline_code=decline_code,
        afterwards=AFTERWARDS.get(number, ""),
        is_never_charged=number in NEVER_CHARGED,
    )


def card_error(code: str, decline_code: str | None = None, **more: object) -> StripeError:
    message = MESSAGES.get(decline_code or code) or MESSAGES["card_declined"]
    return StripeError(402, "card_error", message, code=code, decline_code=decline_code, **more)


def checked_card(card: Json, *, today: datetime | None = None) -> Json:
    """The card as localstripe takes it; StripeError 402 names the field that is wrong."""
    number = str(card.get("number", "")).replace(" ", "")
    cvc, month, year = (str(card.get(name, "")) for name in ("cvc", "exp_month", "exp_year"))
    if not (number.isascii() and number.isdigit() and has_luhn(number)):
        raise _wrong("incorrect_number", "number", "Your card number is incorrect.")
    if len(number) != NUMBER_DIGITS:
        raise _wrong("invalid_number", "number", "The sandbox takes cards of 16 digits only.")
    if not (month.isascii() and month.isdigit() and int(month) in MONTHS):
        raise _wrong(
            "invalid_expiry_month", "exp_month", "Your card's expiration month is invalid."
        )
    if not _is_ahead(year, int(month), today or datetime.now(UTC)):
        raise _wrong("invalid_expiry_year", "exp_year", "Your card's expiration year is invalid.")
    if not (cvc.isascii() and cvc.isdigit() and len(cvc) == CVC_DIGITS):
        raise _wrong("invalid_cvc", "cvc", "Your card's security code is invalid.")
    return {"number": number, "exp_month": int(month), "exp_year": _full_year(year), "cvc": cvc}


def has_luhn(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_ahead(year: str, month: int, today: datetime) -> bool:
    if not (year.isascii() and year.isdigit() and len(year) in (2, 4)):
        return False
    return (today.year, today.month) <= (_full_year(year), month) < (2100, 1)


def _full_year(year: str) -> int:
    return int(year) + 20 * CENTURY if int(year) < CENTURY else int(year)


def _wrong(code: str, param: str, message: str) -> StripeError:
    return StripeError(402, "card_error", message, code=code, param=param)


def _brand(number: str) -> str:
    return {"2": "mastercard", "5": "mastercard", "6": "discover"}.get(number[0], "visa")
