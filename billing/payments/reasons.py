"""Why a card was not charged, in words for its owner, in the active language.

Of a card that was reported lost or stolen nobody is told more than "declined": whoever reads it
may not be the owner. Source: https://docs.stripe.com/declines/codes.
"""

from __future__ import annotations

from django.utils.translation import gettext as _


def reason_text(code: str) -> str:
    """A sentence for a gateway's decline code."""
    texts = {
        "insufficient_funds": _("The card has not enough funds."),
        "card_velocity_exceeded": _("The card is over its limit."),
        "expired_card": _("The card has expired."),
        "incorrect_cvc": _("The security code of the card is wrong."),
        "processing_error": _("The bank could not process the payment."),
        "authentication_required": _("Your bank wants you to confirm the payment."),
        "payment_intent_authentication_failure": _("The payment was not confirmed at the bank."),
        "no_payment_method": _("There is no card that we may charge."),
        "gateway_off": _("Payment by card is switched off."),
        "no_answer": _("The payment gateway did not answer."),
        "wrong_amount": _("The gateway reported another amount than was asked for."),
    }
    return texts.get(code, _("The bank declined the payment."))


def advice_text(code: str) -> str:
    """What the owner of the card can do about it."""
    texts = {
        "insufficient_funds": _("Add funds to the card's account, or choose another card."),
        "card_velocity_exceeded": _("Ask your bank to raise the limit, or choose another card."),
        "expired_card": _("Save the new card, or choose another one."),
        "authentication_required": _("Confirm it with the button below, or pay now yourself."),
        "no_payment_method": _("Save a card, or pay now by another way."),
        "gateway_off": _("Pay by another way."),
        "no_answer": _("There is nothing to do: we try again."),
        "wrong_amount": _("There is nothing to do: we look into it."),
    }
    return texts.get(code, _("Ask your bank, or choose another card."))
