"""Everything about one customer on one page; who may not see money does not see it here either."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.access.models import ApiKey
from accounts.audit.models import AuditRecord
from accounts.companies.models import Company
from accounts.notifications.models import Mail
from accounts.people.models import Member
from billing.insight.balances import balance_view
from billing.integrations.models import SyncWork, System
from billing.integrations.queries import contact_work, open_work
from billing.integrations.registry import systems_on
from billing.invoicing.models import Invoice
from billing.ledger.models import Adjustment, Leg
from billing.ledger.queries import customer_account
from billing.onboarding.models import SignUp
from billing.onboarding.queries import closing_of, sign_up_of
from billing.payments.models import Payment, PaymentMethod, PaymentStanding
from billing.payments.queries import saved_methods
from billing.profiles.models import BillingProfile
from billing.profiles.queries import profile_of
from billing.recharges.models import Recharge
from billing.subscriptions.models import Subscription
from billing.tax.queries import tax_in_words
from config import clock
from config.staff.pages import rendered
from telecom.sims.models import Sim

FEW, MORE = 5, 10
FINAL = ("suspend", "close")

_ACTS = (
    ("adjust", "Adjust", "billing.adjust_balance"),
    ("transfer", "Record payment", "billing.record_transfer"),
    ("discount", "Discount", "billing.add_discount"),
    ("close", "Close", "billing.close_company"),
    ("data", "All data", "accounts.note_company"),
    ("note", "Note", "accounts.note_company"),
    ("edit", "Edit", "accounts.change_company"),
    ("billing_type", "Billing type", "accounts.change_company"),
    ("look", "Look at the portal", "accounts.look_at_company"),
    ("verify", "Verify", "billing.verify_company"),
    ("reviewed", "Reviewed", "billing.record_transfer"),
    ("payout", "Record payout", "billing.record_transfer"),
    ("suspend", "Suspend", "accounts.suspend_company"),
    ("reactivate", "Reactivate", "accounts.suspend_company"),
)


_POINTLESS: dict[str, set[str]] = {
    Company.Status.PENDING: {"suspend"},
    Company.Status.ACTIVE: {"reactivate"},
    Company.Status.SUSPENDED: {"suspend"},
    Company.Status.CLOSED: {"suspend", "reactivate", "close", "billing_type"},
}


@dataclass(frozen=True)
class Button:
    title: str
    href: str
    is_final: bool


@dataclass(frozen=True)
class Elsewhere:
    """The company in another system."""

    system: System
    client: SyncWork | None
    open: int


def company_page(request: HttpRequest, company: Company) -> HttpResponse:
    at, user = clock.now(), request.user
    context: dict[str, object] = {
        "sign_up": sign_up_of(company),
        "closing": closing_of(company),
        "title": company.name,
        "company": company,
        "buttons": _buttons(request, company),
        "members": Member.objects.filter(company=company).select_related("user")[:MORE],
        "all": _all_of(company),
    }
    if user.has_perm("billing.view_entry"):
        context |= _money(company, at=at)
    if user.has_perm("billing.view_syncwork"):
        context["systems"] = _systems(company, at=at)
    if user.has_perm("billing.view_subscription"):
        context |= _services(company)
    if user.has_perm("accounts.view_mail"):
        context["mails"] = Mail.objects.filter(company=company).order_by("-created_at")[:FEW]
    if user.has_perm("accounts.view_apikey"):
        context["keys"] = ApiKey.objects.filter(company=company, revoked_at=None)[:FEW]
    if user.has_perm("accounts.view_auditrecord") or user.has_perm("accounts.note_company"):
        context["activity"] = _activity(company)
    return rendered(request, "admin/company.html", context)


def _buttons(request: HttpRequest, company: Company) -> list[Button]:
    """The acts that this person may do and that make sense now."""
    pointless = _pointless(company)
    return [
        Button(title, reverse(f"admin:company_{name}", args=[company.pk]), name in FINAL)
        for name, title, permission in _ACTS
        if name not in pointless and request.user.has_perm(permission)
    ]


def _pointless(company: Company) -> set[str]:
    """The acts that would change nothing as the company stands."""
    sign_up = sign_up_of(company)
    is_verified = sign_up is None or sign_up.verification != SignUp.Verification.PENDING
    none = {"verify"} if is_verified else set[str]()
    if not PaymentStanding.objects.filter(company=company).exclude(review_since=None).exists():
        none |= {"reviewed"}
    closing = closing_of(company)
    if closing is None or not closing.to_transfer or closing.transferred_at is not None:
        none |= {"payout"}
    return none | _POINTLESS[Company.Status(company.status)]


def _all_of(company: Company) -> dict[str, str]:
    """Links to the whole lists, filtered by the company."""
    lists = {
        "payments": "billing_payment",
        "recharges": "billing_recharge",
        "invoices": "billing_invoice",
        "discounts": "billing_discount",
        "entries": "billing_entry",
        "subscriptions": "billing_subscription",
        "sims": "telecom_sim",
        "usage": "billing_charge",
        "mails": "accounts_mail",
        "activity": "accounts_auditrecord",
        "members": "accounts_member",
    }
    query = f"?company__id__exact={company.pk}"
    return {name: reverse(f"admin:{model}_changelist") + query for name, model in lists.items()}


def _money(company: Company, *, at: datetime) -> dict[str, object]:
    try:
        profile: BillingProfile = profile_of(company.pk)
    except BillingProfile.DoesNotExist:
        return {}
    cards: QuerySet[PaymentMethod] = saved_methods(company)
    return {
        "profile": profile,
        "tax": tax_in_words(company.pk, at=at),
        "money": balance_view(company, at=at),
        "legs": _last_legs(company),
        "recharges": Recharge.objects.filter(company=company).order_by("-created_at")[:FEW],
        "payments": Payment.objects.filter(company=company).order_by("-created_at")[:FEW],
        "invoices": Invoice.objects.filter(company=company)
        .defer("content")
        .order_by("-created_at")[:FEW],
        "cards": cards[:FEW],
        "proposed": Adjustment.objects.filter(company=company, status=Adjustment.Status.PROPOSED),
        "standing": PaymentStanding.objects.filter(company=company).first(),
    }


def _last_legs(company: Company) -> QuerySet[Leg]:
    account = customer_account(company)
    return Leg.objects.filter(account=account).select_related("entry").order_by("-id")[:MORE]


def _services(company: Company) -> dict[str, object]:
    subscriptions = Subscription.objects.filter(company=company).exclude(
        status=Subscription.Status.ENDED
    )
    sims = Sim.objects.filter(company=company).order_by("status").values("status")
    return {
        "subscriptions": subscriptions.select_related("plan").order_by("-id")[:MORE],
        "sims_by_status": list(
            sims.values("status").annotate(count=Count("id")).order_by("status")
        ),
    }


def _systems(company: Company, *, at: datetime) -> list[Elsewhere]:
    """What the systems that are on know the company as, and how much they do not know yet."""
    return [
        Elsewhere(
            system,
            contact_work(system, company.pk),
            open_work(system).filter(company=company).count(),
        )
        for system in systems_on(at=at)
    ]


def _activity(company: Company) -> QuerySet[AuditRecord]:
    return AuditRecord.objects.filter(company=company).order_by("-at", "-id")[:MORE]
