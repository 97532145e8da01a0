"""What recharges refuse."""

from __future__ import annotations

from django.utils.translation import gettext as _t

from accounts.access.exceptions import JSONValue, Refused


class RechargeRefused(Refused):
    """A rule of recharges says no."""


class BelowMinimumRecharge(RechargeRefused):
    def __init__(self, minimum: str) -> None:
        extra: dict[str, JSONValue] = {"minimum": minimum}
        detail = _t("A recharge is at least %(minimum)s.") % {"minimum": minimum}
        super().__init__("below_minimum_recharge", detail, "amount", extra=extra)


class AboveMaximumRecharge(RechargeRefused):
    def __init__(self, maximum: str) -> None:
        extra: dict[str, JSONValue] = {"maximum": maximum}
        detail = _t("A recharge is at most %(maximum)s.") % {"maximum": maximum}
        super().__init__("above_maximum_recharge", detail, "amount", extra=extra)


class CompanyIsClosed(RechargeRefused):
    def __init__(self) -> None:
        super().__init__("company_closed", _t("The company is closed."), status=409)


class RechargeToNotAboveThreshold(RechargeRefused):
    def __init__(self) -> None:
        detail = _t("The balance to recharge to must be above the threshold.")
        super().__init__("recharge_to_not_above_threshold", detail, "recharge_to")


class ThresholdBelowFloor(RechargeRefused):
    def __init__(self, floor: str) -> None:
        detail = _t("Services stop at %(floor)s: the threshold must not be below it.") % {
            "floor": floor
        }
        super().__init__("threshold_below_floor", detail, "threshold", extra={"floor": floor})


class RechargeBelowMinimum(RechargeRefused):
    def __init__(self, minimum: str) -> None:
        detail = _t("A recharge from the threshold would be below the minimum of %(minimum)s.") % {
            "minimum": minimum
        }
        extra: dict[str, JSONValue] = {"minimum": minimum}
        super().__init__("recharge_below_minimum", detail, "recharge_to", extra=extra)


class InvalidCap(RechargeRefused):
    def __init__(self) -> None:
        detail = _t("A monthly cap must let at least one recharge through.")
        super().__init__("invalid_monthly_cap", detail, "monthly_cap")


class InvalidAlert(RechargeRefused):
    """An alert that is on and could tell nobody, or would always tell."""

    def __init__(self, detail: str, *, attr: str) -> None:
        super().__init__("invalid", detail, attr)
