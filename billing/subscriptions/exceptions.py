"""Refusals around subscriptions."""

from __future__ import annotations

from accounts.access.exceptions import Refused
from accounts.companies.models import Company
from billing.catalog.models import Plan


class SubjectTaken(Refused):
    """Another subscription is in force for that key at some time of the interval."""

    def __init__(self, key: str) -> None:
        super().__init__(
            "subject_taken",
            f"Another subscription is in force for {key!r} in that time.",
            attr="subject",
            status=409,
        )


class PlanNotOnOffer(Refused):
    """The plan is designated to other companies."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(
            "plan_not_on_offer", f"{plan.name} is not on offer to this company.", attr="plan"
        )


class CurrencyMismatch(Refused):
    """The plan is priced in another currency than the company's account."""

    def __init__(self, plan: Plan, currency: str) -> None:
        super().__init__(
            "currency_mismatch",
            f"The plan is priced in {plan.currency}, the company's account is in {currency}.",
            attr="plan",
        )


class WalletOff(Refused):
    """PAYGO plans draw on the wallet."""

    def __init__(self) -> None:
        super().__init__("wallet_off", "The company's wallet is switched off.", attr="plan")


class CompanyClosed(Refused):
    """A closed company gets nothing new."""

    def __init__(self, company: Company) -> None:
        super().__init__("company_closed", f"{company.name} is closed.", attr="company")


class SubscriptionEnded(Refused):
    """What has ended cannot be changed."""

    def __init__(self) -> None:
        super().__init__("subscription_ended", "The subscription has ended.", status=409)


class InstantOutOfRange(Refused):
    """The instant lies before the start, or farther away than anybody plans."""

    def __init__(self, detail: str, *, attr: str = "at") -> None:
        super().__init__("invalid_time", detail, attr=attr)
