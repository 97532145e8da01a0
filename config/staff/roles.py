"""The staff groups of spec/roles.md and what each may do, as one table.

A permission is Django's "app.verb_model", or one of ACTS. Menu entries, pages and buttons all ask
`user.has_perm`, which comes here. Groups are rows (`auth.Group`) so that people can be put into
them; what the six groups may do is this table, not rows that somebody has to keep in step with the
code. A provider may add groups of its own with Django's permissions beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Area(StrEnum):
    """What the admin is divided into."""

    COMPANIES = "companies"
    MONEY = "money"
    CATALOG = "catalog"
    CONNECTIVITY = "connectivity"
    USAGE = "usage"
    CONFIG = "config"
    OPERATIONS = "operations"
    MAILS = "mails"
    PEOPLE = "people"
    AUDIT = "audit"


def _billing(names: str) -> frozenset[str]:
    return frozenset(f"billing.{name}" for name in names.split())


MODELS: dict[Area, frozenset[str]] = {
    Area.COMPANIES: frozenset({"accounts.company", "accounts.member", "accounts.invitation"}),
    Area.MONEY: _billing(
        "account adjustment allocation allowance balancesnapshot billingperiod billingprofile "
        "booksaudit closing consumptionalert costtodate creditlot creditsread daytotal "
        "discount dispute dunningclock dunningstep entry fixedpayment gatewaycustomer "
        "gatewayevent gatewaysetting hold incomingpayment invoice invoiceline invoicetax leg "
        "payment paymentmethod paymentstanding periodtotal promocode receipt recharge "
        "rechargeattempt rechargerule redemption refund series signup formerstanding syncwork "
        "systemstate taxrule taxterms topupinvoice topuppayment writeoff"
    ),
    Area.CATALOG: _billing(
        "accountplan currency exchangerate meter plan planversion price pricerate pricetier "
        "ratefetch refillsize versionfee zone"
    )
    | frozenset({"telecom.offering", "telecom.addressprice"}),
    Area.CONNECTIVITY: frozenset(
        {
            "telecom.sim",
            "telecom.statuschange",
            "telecom.operator",
            "telecom.operatorjob",
            "telecom.instance",
            "telecom.address",
        }
    )
    | _billing("subscription subjectkey plmncountry"),
    Area.USAGE: _billing(
        "charge featuresnapshot inboxparcel sessioncover tieruse usagebatch usageconflict usagekey "
        "usagereject"
    ),
    Area.CONFIG: frozenset({"features.featurevalue", "billing.featurepreview"}),
    Area.OPERATIONS: frozenset(
        {"accounts.jobrun", "accounts.event", "accounts.handling", "accounts.idempotencykey"}
    ),
    Area.MAILS: frozenset({"accounts.mail", "accounts.mailattachment", "accounts.staffmessage"}),
    Area.PEOPLE: frozenset({"accounts.user", "accounts.apikey", "auth.group"}),
    Area.AUDIT: frozenset({"accounts.auditrecord"}),
}

# Acts that are more than adding or changing a row.
ACTS: dict[str, Area] = {
    "accounts.suspend_company": Area.COMPANIES,
    "accounts.note_company": Area.COMPANIES,
    "billing.verify_company": Area.MONEY,
    "billing.close_company": Area.MONEY,
    "billing.adjust_balance": Area.MONEY,
    "billing.refund_payment": Area.MONEY,
    "billing.record_transfer": Area.MONEY,
    "billing.correct_invoice": Area.MONEY,
    "billing.sync_systems": Area.MONEY,
    "billing.replay_usage": Area.USAGE,
    "telecom.operate_sim": Area.CONNECTIVITY,
    "accounts.run_job": Area.OPERATIONS,
    "accounts.resend_mail": Area.MAILS,
    "accounts.send_message": Area.MAILS,
}
EXPORT = "billing.export_finance"
EXPORT_LISTS = "accounts.export_lists"
BOOKS = "billing.view_books"
LOOK_AT = "accounts.look_at_company"

EVERYTHING = frozenset(Area)


@dataclass(frozen=True)
class Role:
    """A staff group: areas that it sees, areas that it acts in, and single permissions besides."""

    name: str
    summary: str
    sees: frozenset[Area]
    acts: frozenset[Area] = frozenset()
    besides: frozenset[str] = frozenset()

    def allows(self, permission: str) -> bool:
        area = _area_of(permission)
        if permission in self.besides:
            return True
        if area is None:
            return False
        return area in (self.sees if _is_view(permission) else self.acts)


ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role(
            "administrator",
            "All.",
            EVERYTHING,
            EVERYTHING,
            frozenset({EXPORT, EXPORT_LISTS, BOOKS, LOOK_AT}),
        ),
        Role(
            "billing",
            "Money, invoices, recharges, adjustments up to a set amount (a second person above).",
            frozenset({Area.COMPANIES, Area.MONEY, Area.CATALOG, Area.USAGE, Area.MAILS}),
            frozenset({Area.COMPANIES, Area.MONEY, Area.MAILS}),
            frozenset({EXPORT, EXPORT_LISTS, BOOKS}),
        ),
        Role(
            "operations",
            "SIMs, operators, usage, jobs; no money.",
            frozenset({Area.COMPANIES, Area.CONNECTIVITY, Area.USAGE, Area.OPERATIONS, Area.MAILS}),
            frozenset({Area.CONNECTIVITY, Area.USAGE, Area.OPERATIONS, Area.MAILS}),
            frozenset({EXPORT_LISTS}),
        ),
        Role(
            "support",
            "Reads all, looks at the portal as a customer, resends mails.",
            EVERYTHING,
            frozenset({Area.MAILS}),
            frozenset({BOOKS, LOOK_AT, "accounts.note_company"}),
        ),
        Role(
            "catalog",
            "Plans, packages, features.",
            frozenset({Area.CATALOG, Area.CONFIG, Area.COMPANIES}),
            frozenset({Area.CATALOG, Area.CONFIG}),
            frozenset({EXPORT_LISTS}),
        ),
        Role(
            "auditor",
            "Reads all, with history.",
            EVERYTHING,
            besides=frozenset({EXPORT, EXPORT_LISTS, BOOKS}),
        ),
    )
}

_AREA_OF_MODEL = {label: area for area, labels in MODELS.items() for label in labels}


def _is_view(permission: str) -> bool:
    return permission.partition(".")[2].startswith("view_")


def _area_of(permission: str) -> Area | None:
    """The area of an act, or of the model that "app.verb_model" is about."""
    app, _, codename = permission.partition(".")
    return ACTS.get(permission) or _AREA_OF_MODEL.get(f"{app}.{codename.partition('_')[2]}")
