"""What the mail queue refuses."""

from __future__ import annotations

from accounts.access.exceptions import Refused


class MailIsWaiting(Refused):
    """It has not been sent yet, so it cannot be sent again."""

    def __init__(self) -> None:
        super().__init__("mail_is_waiting", "This mail is still waiting to be sent.", status=409)


class MailHeldSecret(Refused):
    """Its link opened a door once; the mail is kept without it."""

    def __init__(self) -> None:
        detail = "The link in this mail was for one use and is not kept: ask for a new mail."
        super().__init__("mail_held_secret", detail, status=409)
