"""The frame of the portal: navigation by role, company, balance, what needs attention."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.permissions import Permission, can
from accounts.access.queries import member_for
from accounts.companies.models import Company
from accounts.messages.calc import beginning
from accounts.messages.queries import unread_messages
from accounts.people.models import Member, Role
from accounts.people.queries import memberships
from billing.currencies.queries import is_multi_currency
from billing.ledger.queries import Balance, balance, displayed
from config import clock
from features.queries import value
from telecom.network.queries import has_cloud

MOST_MESSAGES = 3


@dataclass(frozen=True)
class Link:
    """An entry of the navigation."""

    url: str
    label: str
    icon: str
    is_current: bool


@dataclass(frozen=True)
class Section:
    """Entries that belong together."""

    title: str
    links: list[Link]


@dataclass(frozen=True)
class Notice:
    """Something about the whole account that is said on every page."""

    tone: str
    title: str
    text: str
    since: datetime | None = None
    url: str = ""
    action: str = ""


@dataclass(frozen=True)
class Shell:
    """What `templates/portal/base.html` shows around a page."""

    company: Company
    companies: list[Company]
    role: str
    nav: list[Section]
    notices: list[Notice]
    can_pay: bool
    balance: Decimal | None
    currency: str
    balance_url: str


def shell_of(request: HttpRequest) -> Shell | None:
    """The frame for the signed-in member; none for who belongs to no company."""
    member: Member | None = getattr(request, "member", None) or member_for(request)
    if member is None:
        return None
    at = clock.now()
    is_pending = member.company.status == Company.Status.PENDING
    pays = not is_pending and can(member.role, Permission.PAY) and value("portal_payment", at=at)
    sees_balance = not is_pending and can(member.role, Permission.SEE_MONEY)
    account = balance(member.company) if sees_balance else None
    return Shell(
        company=member.company,
        companies=[one.company for one in memberships(member.user)],
        role=_("Looking on as staff") if member.is_looking_on else str(Role(member.role).label),
        nav=[] if is_pending else _sections(request.path, member, at=at),
        notices=list(_notices(member, pays=pays, at=at)),
        can_pay=pays,
        balance=_shown(account, at=at) if account else None,
        currency=account.currency if account else "",
        balance_url=reverse(_balance_page(member)),
    )


def _shown(account: Balance, *, at: datetime) -> Decimal:
    return displayed(account.available, billing_type=account.billing_type, at=at)


def _balance_page(member: Member) -> str:
    """Balance details are for those who pay; others see the transactions it is made of."""
    return "portal:balance" if can(member.role, Permission.PAY) else "portal:transactions"


def _sections(path: str, member: Member, *, at: datetime) -> list[Section]:
    sections = (
        ("", _overview(member)),
        (_("Money"), _money(member, at=at)),
        (_("Connectivity"), _connectivity(member, at=at)),
        (_("Company"), _company(member, at=at)),
    )
    shown = (
        Section(title, [_link(path, *entry) for entry in entries]) for title, entries in sections
    )
    return [section for section in shown if section.links]


Entries = Iterator[tuple[str, str, str]]


def _overview(member: Member) -> Entries:
    if can(member.role, Permission.SEE_MONEY):
        yield "portal:dashboard", _("Dashboard"), "home"


def _money(member: Member, *, at: datetime) -> Entries:
    if can(member.role, Permission.PAY):
        yield "portal:balance", _("Balance"), "wallet"
    if not can(member.role, Permission.SEE_MONEY):
        return
    yield "portal:transactions", _("Transactions"), "arrows-exchange"
    yield "portal:charges", _("Charges"), "activity"
    yield "portal:payments", _("Payments"), "receipt"
    if value("invoice_menu", at=at):
        yield "portal:invoices", _("Invoices"), "file-invoice"
    yield "portal:statements", _("Statements"), "report"


def _connectivity(member: Member, *, at: datetime) -> Entries:
    if can(member.role, Permission.SEE_SIMS) or member.role == Role.END_USER:
        yield "portal:sims", _("SIMs"), "device-sim"
    if can(member.role, Permission.SEE_SIMS) and has_cloud(member.company, at=at):
        yield "portal:instances", _("Instances"), "stack-2"
        yield "portal:addresses", _("Addresses"), "world"
        yield "portal:estimates", _("Estimates"), "coins"


def _company(member: Member, *, at: datetime) -> Entries:
    if can(member.role, Permission.PAY):
        yield "portal:payment-settings", _("Payment methods"), "credit-card"
        if is_multi_currency(at=at):
            yield "portal:currencies", _("Currencies"), "coins"
    if can(member.role, Permission.SEE_TEAM):
        yield "portal:team", _("Team"), "users"
    yield "portal:messages", _("Messages"), "mail"
    yield "portal:profile", _("Profile"), "building"


def _link(path: str, name: str, label: str, icon: str) -> Link:
    url = reverse(name)
    is_current = path == url or (
        path.startswith(url) and name not in ("portal:dashboard", "portal:profile")
    )
    return Link(url=url, label=label, icon=icon, is_current=is_current)


def _way_out(member: Member, *, pays: bool, at: datetime) -> str:
    """Where to pay: the overdue invoices that suspended the account, else the balance; the bank
    details while payment in the portal is off. Nothing for who does not pay."""
    company = member.company
    if not pays:
        return reverse("portal:payment-settings") if can(member.role, Permission.PAY) else ""
    is_for_debt = company.suspended_by == Company.StoppedBy.SYSTEM
    if is_for_debt and value("invoice_menu", at=at):
        return f"{reverse('portal:invoices')}?status=overdue"
    return reverse("portal:pay")


def _notices(member: Member, *, pays: bool, at: datetime) -> Iterator[Notice]:
    company = member.company
    yield from _unread(member)
    if member.is_looking_on:
        yield Notice(
            tone="info",
            title=_("You see this as the customer"),
            text=_("Nothing can be changed from here."),
        )
    if company.status == Company.Status.SUSPENDED:
        yield Notice(
            tone="negative",
            title=_("This account is suspended"),
            text=company.status_reason,
            since=company.status_changed_at,
            url=_way_out(member, pays=pays, at=at),
            action=_("Pay") if pays else _("How to pay"),
        )
    if company.status == Company.Status.CLOSED:
        yield Notice(
            tone="warning",
            title=_("This account is closed"),
            text=_("Invoices and statements stay here for you."),
            since=company.status_changed_at,
        )


def _unread(member: Member) -> Iterator[Notice]:
    """What the provider's staff wrote and this person has not opened."""
    if member.is_looking_on:
        return
    for message in unread_messages(member)[:MOST_MESSAGES]:
        yield Notice(
            tone="info",
            title=message.subject,
            text=beginning(message.text, longest=160),
            url=reverse("portal:message", args=[message.pk]),
            action=_("Read"),
        )
