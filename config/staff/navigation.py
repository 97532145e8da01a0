"""The admin's menu, by job; an entry shows to those who may open its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest
from django.urls import reverse_lazy

from billing.currencies.queries import is_multi_currency
from billing.integrations.registry import systems_on
from config import clock

Item = dict[str, object]


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _page(title: str, icon: str, name: str, permission: str) -> Item:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{name}"),
        "permission": _may(permission),
    }


def _when_on(item: Item) -> Item:
    """An entry that shows only while Tollgate is kept in step with another system."""
    may = item["permission"]
    assert callable(may)
    return item | {"permission": lambda request: may(request) and bool(systems_on(at=clock.now()))}


def _of_many_currencies(item: Item) -> Item:
    """Not shown while only the default currency is accepted."""
    permitted = cast("Callable[[HttpRequest], bool]", item["permission"])
    return item | {
        "permission": lambda request: is_multi_currency(at=clock.now()) and permitted(request)
    }


def _rows(title: str, icon: str, app: str, model: str) -> Item:
    """A list of rows: its page asks for the same permission."""
    return _page(title, icon, f"{app}_{model}_changelist", f"{app}.view_{model}")


_NAVIGATION: tuple[tuple[str, tuple[Item, ...]], ...] = (
    (
        "Money",
        (
            _rows("Companies", "apartment", "accounts", "company"),
            _rows("Payments", "payments", "billing", "payment"),
            _rows("Recharges", "autorenew", "billing", "recharge"),
            _rows("Recharge rules", "rule", "billing", "rechargerule"),
            _rows("Invoices", "receipt_long", "billing", "invoice"),
            _rows("Promo codes", "redeem", "billing", "promocode"),
            _rows("Redemptions", "confirmation_number", "billing", "redemption"),
            _rows("Discounts", "percent", "billing", "discount"),
            _rows("Top-up invoices", "request_quote", "billing", "topupinvoice"),
            _rows("Dunning", "notification_important", "billing", "dunningclock"),
            _rows("Receipts", "receipt", "billing", "receipt"),
            _rows("Refunds", "undo", "billing", "refund"),
            _rows("Disputes", "gavel", "billing", "dispute"),
            _rows("Adjustments", "tune", "billing", "adjustment"),
            _rows("Write-offs", "money_off", "billing", "writeoff"),
            _rows("Ledger", "account_balance", "billing", "entry"),
            _rows("Accounts", "account_balance_wallet", "billing", "account"),
            _rows("Holds", "lock_clock", "billing", "hold"),
            _rows("Billing periods", "calendar_month", "billing", "billingperiod"),
            _rows("Tax rules", "account_balance", "billing", "taxrule"),
            _page("Tax report", "summarize", "tax_report", "billing.view_taxrule"),
            _page("Exports", "download", "billing_invoice_export", "billing.export_finance"),
        ),
    ),
    (
        "Catalog",
        (
            _rows("Plans", "sell", "billing", "plan"),
            _rows("Versions", "history", "billing", "planversion"),
            _rows("Account plans", "workspace_premium", "billing", "accountplan"),
            _rows("Zones", "public", "billing", "zone"),
            _rows("Meters", "speed", "billing", "meter"),
            _of_many_currencies(_rows("Currencies", "universal_currency", "billing", "currency")),
            _of_many_currencies(
                _rows("Exchange rates", "currency_exchange", "billing", "exchangerate")
            ),
            _rows("Offerings", "dns", "telecom", "offering"),
            _rows("Address prices", "lan", "telecom", "addressprice"),
        ),
    ),
    (
        "Connectivity",
        (
            _rows("SIMs", "sim_card", "telecom", "sim"),
            _rows("Instances", "memory", "telecom", "instance"),
            _rows("Addresses", "public", "telecom", "address"),
            _rows("Operators", "cell_tower", "telecom", "operator"),
            _rows("Operations", "sync_alt", "telecom", "operatorjob"),
            _rows("Subscriptions", "subscriptions", "billing", "subscription"),
            _rows("Usage", "data_usage", "billing", "charge"),
            _rows("Rejects", "report", "billing", "usagereject"),
            _rows("Conflicts", "difference", "billing", "usageconflict"),
            _rows("Batches", "inventory", "billing", "usagebatch"),
        ),
    ),
    (
        "Config",
        (
            _page("First steps", "checklist", "first_steps", "accounts.view_company"),
            _page("Feature configuration", "toggle_on", "features", "features.view_featurevalue"),
            _page("Billing settings", "settings", "settings", "features.view_featurevalue"),
            _page("Branding", "palette", "branding", "features.view_featurevalue"),
            _page("Templates", "article", "templates", "features.view_featurevalue"),
            _page("Gateways", "credit_card", "gateways", "billing.view_gatewaysetting"),
            _when_on(_page("Integrations", "hub", "integrations", "billing.view_syncwork")),
            _rows("History", "manage_history", "features", "featurevalue"),
            _rows("Number series", "format_list_numbered", "billing", "series"),
        ),
    ),
    (
        "Operations",
        (
            _page("Jobs", "schedule", "jobs", "accounts.view_jobrun"),
            _rows("Job log", "list_alt", "accounts", "jobrun"),
            _rows("Outbox", "outbox", "accounts", "event"),
            _rows("Handlers", "bolt", "accounts", "handling"),
            _rows("Webhooks in", "webhook", "billing", "gatewayevent"),
            _when_on(_rows("Sync work", "sync", "billing", "syncwork")),
            _when_on(_rows("Incoming payments", "move_to_inbox", "billing", "incomingpayment")),
            _rows("Mails", "mail", "accounts", "mail"),
            _rows("Messages", "campaign", "accounts", "staffmessage"),
            _page("Books", "fact_check", "books", "billing.view_books"),
            _rows("Audit log", "policy", "accounts", "auditrecord"),
        ),
    ),
    (
        "People",
        (
            _rows("Users", "person", "accounts", "user"),
            _rows("Staff groups", "groups", "auth", "group"),
            _rows("Members", "badge", "accounts", "member"),
            _rows("Invitations", "mark_email_unread", "accounts", "invitation"),
            _rows("API keys", "key", "accounts", "apikey"),
        ),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, object]]:
    """Unfold's form of the menu; groups of which nothing may be seen are left out."""
    dashboard: Item = {
        "title": "Dashboard",
        "icon": "dashboard",
        "link": reverse_lazy("admin:index"),
    }
    groups: list[dict[str, object]] = [{"items": [dashboard]}]
    for title, items in _NAVIGATION:
        allowed = [dict(item) for item in items if _is_allowed(item, request)]
        if allowed:
            groups.append(
                {"title": title, "separator": True, "collapsible": True, "items": allowed}
            )
    return groups


def _is_allowed(item: Item, request: HttpRequest) -> bool:
    permission = item["permission"]
    return callable(permission) and bool(permission(request))
