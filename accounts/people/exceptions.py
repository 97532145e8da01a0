"""What the team's rules refuse."""

from __future__ import annotations

from django.utils.translation import gettext as _t

from accounts.access.exceptions import NotAllowed, Refused


class RoleTooLow(NotAllowed):
    """The actor's role may not change the team, or not that far."""

    def __init__(self) -> None:
        super().__init__(_t("Your role does not allow this change of the team."))


class OwnerStays(Refused):
    """The owner's role is handed over, never taken away."""

    def __init__(self) -> None:
        detail = _t("A company keeps its owner: hand the role over first.")
        super().__init__("owner_stays", detail, attr="role", status=409)


class OwnerExists(Refused):
    """There is an owner already, or one is invited."""

    def __init__(self) -> None:
        detail = _t("The company has an owner: hand the role over instead.")
        super().__init__("owner_exists", detail, attr="role", status=409)


class AlreadyMember(Refused):
    """The person belongs to the company."""

    def __init__(self) -> None:
        super().__init__(
            "already_member", _t("This person is a member already."), attr="email", status=409
        )


class AlreadyInvited(Refused):
    """An invitation to this address is open."""

    def __init__(self) -> None:
        detail = _t("This address has an open invitation: send it again or withdraw it.")
        super().__init__("already_invited", detail, attr="email", status=409)


class MemberGone(Refused):
    """The person was removed from the company meanwhile."""

    def __init__(self) -> None:
        super().__init__("not_found", _t("This person is no longer a member."), status=404)


class InvitationGone(Refused):
    """The link was used, withdrawn, replaced by a newer one, or is too old."""

    def __init__(self) -> None:
        detail = _t("This invitation is no longer open. Ask for a new one.")
        super().__init__("invitation_gone", detail, status=404)


class InvitationForSomebodyElse(Refused):
    """The signed-in person is not the one who was invited."""

    def __init__(self, email: str) -> None:
        detail = _t("This invitation is for %(email)s: sign in with that address.") % {
            "email": email
        }
        super().__init__("wrong_person", detail, status=403)


class PersonHasAccount(Refused):
    """Somebody with this address can sign in already, so no password is set here."""

    def __init__(self) -> None:
        detail = _t("You have an account already: sign in to accept.")
        super().__init__("sign_in_first", detail, status=409)


class CompanyClosed(Refused):
    """Nobody joins a closed company."""

    def __init__(self) -> None:
        super().__init__("company_closed", _t("The company is closed."), status=409)
