"""First steps: what a new provider sets up, each with the state that the data has it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from accounts.companies.models import Company
from accounts.messages.models import StaffMessage
from accounts.notifications.models import Mail
from accounts.pages.actions import bring_back, dismiss
from accounts.pages.models import ColumnChoice
from accounts.pages.queries import has_dismissed
from accounts.people.models import User
from billing.catalog.models import Plan, PlanKind
from billing.integrations.models import SystemState
from billing.payments.availability import gateway_settings
from billing.payments.gateways.keys import secrets_of
from config import clock
from config.staff.pages import rendered, staff_page
from features.models import FeatureValue
from telecom.operators.models import Operator
from telecom.sims.models import Sim

NAME = "first_steps"
PERMISSION = "accounts.view_company"
_ACCOUNT = ("default_currency", "tax_percent", "tax_name", "invoice_due_days", "grace_hours")
_PROFILE = ("branding_legal_name", "branding_address", "branding_tax_id", "branding_logo")
_PEOPLE = 2


@dataclass(frozen=True)
class Step:
    """What is to be done, what it is for, where; and how the data tells that it is done.

    `permission` is that of the page it leads to: whoever lacks it sees the state without a link.
    """

    title: str
    purpose: str
    page: str
    permission: str
    is_done: Callable[[], bool]
    is_optional: bool = False
    query: str = ""

    @property
    def href(self) -> str:
        return reverse(f"admin:{self.page}") + self.query


@dataclass(frozen=True)
class Line:
    """A step as one person sees it."""

    step: Step
    is_done: bool
    is_open: bool


def _was_set(*keys: str) -> bool:
    return FeatureValue.objects.filter(key__in=keys).exists()


def _takes_money() -> bool:
    """A gateway that is on and has the keys it needs."""
    found = ((setting, secrets_of(setting.gateway)) for setting in gateway_settings())
    return any(
        setting.is_on and (secrets is None or secrets.key.is_set) for setting, secrets in found
    )


def _has_colleagues() -> bool:
    staff = User.objects.filter(Q(is_superuser=True) | Q(groups__isnull=False))
    people = staff.filter(is_staff=True, is_active=True).distinct()
    return len(people[:_PEOPLE]) == _PEOPLE


def _mails_leave() -> bool:
    """A mail was sent, by a server that sends."""
    return not settings.EMAIL_BACKEND.endswith(".dummy.EmailBackend") and (
        Mail.objects.filter(status=Mail.Status.SENT).exists()
    )


STEPS: tuple[Step, ...] = (
    Step(
        "Operator",
        "The network that you buy lines from, and how Tollgate speaks with it.",
        "telecom_operator_changelist",
        "telecom.view_operator",
        Operator.objects.exists,
    ),
    Step(
        "Company",
        "A customer, with how it is billed.",
        "accounts_company_add",
        "accounts.add_company",
        Company.objects.exists,
    ),
    Step(
        "SIMs",
        "Your stock of SIM cards, by their ICCIDs.",
        "telecom_sim_changelist",
        "telecom.view_sim",
        Sim.objects.exists,
    ),
    Step(
        "Plan",
        "What customers pay for what they use.",
        "billing_plan_changelist",
        "billing.view_plan",
        Plan.objects.exists,
    ),
    Step(
        "Assignment",
        "A SIM given to a company on a plan: from then on its usage is rated.",
        "telecom_sim_changelist",
        "telecom.view_sim",
        lambda: Sim.objects.filter(company__isnull=False, plan__isnull=False).exists(),
    ),
    Step(
        "Account settings",
        "Currency, tax and the days until an invoice is due.",
        "settings",
        "features.view_featurevalue",
        lambda: _was_set(*_ACCOUNT),
    ),
    Step(
        "Profile",
        "Your legal name, address, tax number and logo, as documents print them.",
        "branding",
        "features.view_featurevalue",
        lambda: _was_set(*_PROFILE),
    ),
    Step(
        "Gateway",
        "How money reaches you: cards or bank transfer.",
        "gateways",
        "billing.view_gatewaysetting",
        _takes_money,
    ),
    Step(
        "Invoice integration",
        "Invoices and payments kept in step with WHMCS or Xero.",
        "features",
        "features.view_featurevalue",
        lambda: SystemState.objects.filter(succeeded_at__isnull=False).exists(),
        is_optional=True,
        query="?q=WHMCS",
    ),
    Step(
        "Pools",
        "A plan whose SIMs share their allowance.",
        "billing_plan_changelist",
        "billing.view_plan",
        lambda: Plan.objects.filter(
            kind__in=(PlanKind.STATIC_POOL, PlanKind.DYNAMIC_POOL)
        ).exists(),
        is_optional=True,
    ),
    Step(
        "Staff",
        "A second person: large adjustments and refunds need one.",
        "accounts_user_changelist",
        "accounts.view_user",
        _has_colleagues,
        query="?is_staff__exact=1",
    ),
    Step(
        "Columns",
        "Each person chooses those of the portal's lists: open a company, look at its portal.",
        "accounts_company_changelist",
        "accounts.view_company",
        ColumnChoice.objects.exists,
        is_optional=True,
    ),
    Step(
        "Notifications",
        "A mail server (EMAIL_URL), and a first mail that it took.",
        "accounts_mail_changelist",
        "accounts.view_mail",
        _mails_leave,
    ),
    Step(
        "Support contact",
        "Where customers turn who are stuck: shown in the portal and in mails.",
        "settings",
        "features.view_featurevalue",
        lambda: _was_set("support_contact"),
        query="?q=support",
    ),
    Step(
        "First message",
        "Write to your customers, such as to welcome them.",
        "message_compose",
        "accounts.send_message",
        StaffMessage.objects.exists,
        is_optional=True,
    ),
)


def is_complete() -> bool:
    """Whether every step that is not optional is done; stops at the first that is not."""
    return all(step.is_done() for step in STEPS if not step.is_optional)


def is_offered(user: User) -> bool:
    """Whether the dashboard points here: until all is done, or the person has put it away."""
    return user.has_perm(PERMISSION) and not has_dismissed(user, NAME) and not is_complete()


@staff_page(PERMISSION)
def first_steps(request: HttpRequest) -> HttpResponseBase:
    """Each step and its state. POST puts the hint on the dashboard away, or brings it back."""
    user = cast("User", request.user)
    if request.method == "POST":
        if "dismiss" in request.POST:
            dismiss(user, NAME, at=clock.now())
            return HttpResponseRedirect(reverse("admin:index"))
        bring_back(user, NAME)
        return HttpResponseRedirect(reverse("admin:first_steps"))
    lines = [Line(step, step.is_done(), user.has_perm(step.permission)) for step in STEPS]
    needed = [line for line in lines if not line.step.is_optional]
    context: dict[str, object] = {
        "title": "First steps",
        "lines": lines,
        "done": sum(line.is_done for line in needed),
        "needed": len(needed),
        "is_dismissed": has_dismissed(user, NAME),
    }
    return rendered(request, "admin/first_steps.html", context)
