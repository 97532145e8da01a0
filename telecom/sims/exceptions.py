"""What is refused about SIMs, with the reason that people read."""

from __future__ import annotations

from accounts.access.exceptions import Refused
from telecom.sims.models import Sim


class SimCannotChange(Refused):
    """The transition is not in the table of `calc.TRANSITIONS`."""

    def __init__(self, sim: Sim, after: str) -> None:
        before = Sim.Status(sim.status).label.lower()
        wanted = Sim.Status(after).label.lower()
        super().__init__(
            "invalid_transition",
            f"SIM {sim.iccid} is {before} and cannot become {wanted}.",
            attr="status",
            status=409,
        )


class SimNotAssigned(Refused):
    """The act needs a company and a plan."""

    def __init__(self, sim: Sim) -> None:
        super().__init__(
            "sim_not_assigned",
            f"SIM {sim.iccid} has no company and plan yet: assign it first.",
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
            f"SIM {sim.iccid} is suspended: {sim.status_reason}. Ask the provider to activate it.",
            attr="iccid",
            status=409,
        )


class InvalidIccid(Refused):
    """Not 19 or 20 digits with the right check digit."""

    def __init__(self, iccid: str) -> None:
        super().__init__(
            "invalid_iccid",
            f"{iccid} is not an ICCID: its check digit (Luhn) is wrong.",
            attr="iccid",
        )


class IccidTaken(Refused):
    """ICCID, IMSI and MSISDN each belong to one SIM."""

    def __init__(self, iccid: str) -> None:
        super().__init__(
            "sim_exists",
            f"A SIM with ICCID {iccid}, or with its IMSI or MSISDN, exists already.",
            attr="iccid",
            status=409,
        )


class ServiceStopped(Refused):
    """The balance is at its floor: the SIM comes back by itself with the money."""

    def __init__(self, sim: Sim) -> None:
        super().__init__(
            "balance_at_floor",
            f"SIM {sim.iccid} is stopped because the balance is at its floor."
            " It comes back by itself when funds are added.",
            attr="iccid",
            status=409,
        )
