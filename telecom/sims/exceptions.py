"""What is refused about SIMs, with the reason that people read."""

from __future__ import annotations

from django.utils.translation import gettext as _t

from accounts.access.exceptions import Refused
from telecom.sims.models import Sim


class SimCannotChange(Refused):
    """The transition is not in the table of `calc.TRANSITIONS`."""

    def __init__(self, sim: Sim, after: str) -> None:
        before = Sim.Status(sim.status).label.lower()
        wanted = Sim.Status(after).label.lower()
        super().__init__(
            "invalid_transition",
            _t("SIM %(iccid)s is %(before)s and cannot become %(wanted)s.")
            % {"iccid": sim.iccid, "before": before, "wanted": wanted},
            attr="status",
            status=409,
        )


class SimNotAssigned(Refused):
    """The act needs a company and a plan."""

    def __init__(self, sim: Sim) -> None:
        super().__init__(
            "sim_not_assigned",
            _t("SIM %(iccid)s has no company and plan yet: assign it first.")
            % {"iccid": sim.iccid},
            attr="iccid",
            status=409,
        )


class PlanNotForSims(Refused):
    """The plan measures something other than data, or another company's."""

    def __init__(self, detail: str) -> None:
        super().__init__("plan_not_available", detail, attr="plan")


class SimSuspendedByPerson(Refused):
    """A customer cannot wake what the provider suspended."""

    def __init__(self, sim: Sim) -> None:
        super().__init__(
            "suspended_by_provider",
            _t("SIM %(iccid)s is suspended: %(status_reason)s. Ask the provider to activate it.")
            % {"iccid": sim.iccid, "status_reason": sim.status_reason},
            attr="iccid",
            status=409,
        )


class InvalidIccid(Refused):
    """Not 19 or 20 digits with the right check digit."""

    def __init__(self, iccid: str) -> None:
        super().__init__(
            "invalid_iccid",
            _t("%(iccid)s is not an ICCID: its check digit (Luhn) is wrong.") % {"iccid": iccid},
            attr="iccid",
        )


class IccidTaken(Refused):
    """ICCID, IMSI and MSISDN each belong to one SIM."""

    def __init__(self, iccid: str) -> None:
        super().__init__(
            "sim_exists",
            _t("A SIM with ICCID %(iccid)s, or with its IMSI or MSISDN, exists already.")
            % {"iccid": iccid},
            attr="iccid",
            status=409,
        )


class ServiceStopped(Refused):
    """The balance is at its floor: the SIM comes back by itself with the money."""

    def __init__(self, sim: Sim) -> None:
        super().__init__(
            "balance_at_floor",
            _t(
                "SIM %(iccid)s is stopped because the balance is at its floor."
                " It comes back by itself when funds are added."
            )
            % {"iccid": sim.iccid},
            attr="iccid",
            status=409,
        )
