"""Config → Billing settings: the second tab of spec/features.md, with the same history."""

from __future__ import annotations

from decimal import Decimal

from moneyed import CURRENCIES

from features.declarations import Feature, Group
from features.kinds import (
    Amount,
    AmountOrPercent,
    Choice,
    OptionalWholeNumber,
    Percent,
    Switch,
    Text,
    WholeNumber,
)

_CURRENCY_CODES = tuple(sorted(code for code in CURRENCIES if not code.startswith("X")))
_RECHARGES = ("Automatic recharge",)

SETTINGS: tuple[
    Feature[bool] | Feature[int] | Feature[int | None] | Feature[Decimal] | Feature[str],
    ...,
] = (
    Feature(
        key="invoice_due_days",
        title="Days until an invoice is overdue",
        section="Invoices",
        group=Group.SETTING,
        kind=WholeNumber(0, 365, unit="days"),
        default=5,
        help="An invoice that is unpaid this many days after its issue is overdue.",
        changes=("Invoices: due date",),
    ),
    Feature(
        key="reminder_interval_days",
        title="Days between reminders",
        section="Dunning",
        group=Group.SETTING,
        kind=WholeNumber(0, 365, unit="days"),
        default=2,
        help="An unpaid invoice is told of again every so many days after its issue, until it is "
        "paid or the account is suspended. 0: never.",
        changes=("Mails", "Invoice: what happens next"),
    ),
    Feature(
        key="suspension_days",
        title="Days from overdue to suspension",
        section="Dunning",
        group=Group.SETTING,
        kind=WholeNumber(0, 365, unit="days"),
        default=5,
        help="An account whose invoice has been overdue for so many days is suspended, while "
        "“Suspension of overdue accounts” is on.",
        changes=("Accounts", "Invoice: what happens next"),
    ),
    Feature(
        key="resource_deletion_days",
        title="Days from overdue to the deletion of services",
        section="Dunning",
        group=Group.SETTING,
        kind=OptionalWholeNumber(1, 3650, unit="days"),
        default=None,
        help="When an invoice has been overdue for so many days, the account's SIMs, instances and "
        "addresses are given up for good, after warnings 7, 3 and 1 days before. Empty: never.",
        changes=("SIMs, instances, addresses", "Mails", "Invoice: what happens next"),
    ),
    Feature(
        key="late_fee",
        title="Late fee",
        section="Dunning",
        group=Group.SETTING,
        kind=AmountOrPercent(),
        default="",
        help="Charged once when an invoice becomes overdue, before tax: an amount such as 15.00, "
        "or a share of what is due such as 5%. A line of the next invoice. Empty: none.",
        changes=("Next invoice: Late fee for …", "Invoice: what happens next"),
    ),
    Feature(
        key="grace_hours",
        title="Grace for late usage",
        section="Invoices",
        group=Group.SETTING,
        kind=WholeNumber(0, 24 * 14, unit="hours"),
        default=24,
        help="How long after its end a billing period waits for late usage before it is closed.",
        changes=("Closing of billing periods",),
    ),
    Feature(
        key="recharge_attempts",
        title="Attempts of an automatic recharge",
        section="Recharges",
        group=Group.SETTING,
        kind=WholeNumber(1, 10, unit="attempts"),
        default=3,
        help="After so many failed attempts a recharge is exhausted and the rule pauses.",
        changes=_RECHARGES,
    ),
    Feature(
        key="recharge_retry_hours",
        title="Wait between attempts",
        section="Recharges",
        group=Group.SETTING,
        kind=WholeNumber(1, 24 * 14, unit="hours"),
        default=24,
        help="Time from a failed attempt of an automatic recharge to the next.",
        changes=_RECHARGES,
    ),
    Feature(
        key="recharges_per_day",
        title="Automatic recharges in 24 hours",
        section="Recharges",
        group=Group.SETTING,
        kind=WholeNumber(1, 100, unit="recharges"),
        default=2,
        help="At most so many; a rule with a limit of its own, lower or higher, goes by that one. "
        "Retries do not count.",
        changes=_RECHARGES,
    ),
    Feature(
        key="payment_failure_limit",
        title="Failed payments until review",
        section="Recharges",
        group=Group.SETTING,
        kind=WholeNumber(1, 100, unit="failures"),
        default=3,
        help="After so many a company is flagged for review; it is not suspended by this.",
        changes=("Admin: companies",),
    ),
    Feature(
        key="low_balance_days",
        title="Low balance warning",
        section="Recharges",
        group=Group.SETTING,
        kind=WholeNumber(0, 90, unit="days"),
        default=3,
        help="Warn when the forecast says that the balance lasts less than this; 0 = never.",
        changes=("Portal: Dashboard", "Mails"),
    ),
    Feature(
        key="preview_required",
        title="A preview before a change",
        section="Money",
        group=Group.SETTING,
        kind=Switch(),
        default=False,
        when_on=(
            "A feature, or a setting that changes charges, is saved only after its effect on the "
            "open period was previewed for this very value, within the last 24 hours."
        ),
        when_off="A change may be saved without having been previewed.",
        changes=("Admin: feature configuration", "API: features, billing settings"),
    ),
    Feature(
        key="verification_deposit",
        title="Verification deposit",
        section="Money",
        group=Group.SETTING,
        kind=Amount(),
        default=Decimal(1),
        help="What “Deposit at sign-up” takes, in the customer's currency. 0: nothing.",
        changes=("Portal: sign-up, activation",),
    ),
    Feature(
        key="verification_refund_percent",
        title="Share of the deposit refunded",
        section="Money",
        group=Group.SETTING,
        kind=Percent(),
        default=Decimal(100),
        help="Of the deposit, when staff verify an account while “Refund of the verification "
        "deposit” is on; the rest is credited to the balance.",
        changes=("Verification of accounts",),
    ),
    Feature(
        key="four_eyes_amount",
        title="Second person above",
        section="Money",
        group=Group.SETTING,
        kind=Amount(),
        default=Decimal(500),
        help="Adjustments and refunds above this amount wait for a second person of the staff.",
        changes=("Admin: adjustments, refunds", "API: adjustments, refunds"),
    ),
    Feature(
        key="excess_cost_percent",
        title="Excess of custom offerings",
        section="Money",
        group=Group.SETTING,
        kind=Percent(),
        default=Decimal(10),
        help="Instances of custom offerings run on past the credit limit by this share of it, then "
        "they stop. All else stops at the limit.",
        changes=("Instances at the credit limit",),
    ),
    Feature(
        key="default_currency",
        title="Default currency",
        section="Money",
        group=Group.SETTING,
        kind=Choice(_CURRENCY_CODES),
        default="USD",
        help="The currency of new customers, ISO 4217.",
        changes=("New companies",),
    ),
    Feature(
        key="tax_name",
        title="Name of the tax",
        section="Money",
        group=Group.SETTING,
        kind=Text(32),
        default="VAT",
        help="How the tax is called on documents.",
        changes=("Invoices",),
    ),
    Feature(
        key="tax_percent",
        title="Default tax rate",
        section="Money",
        group=Group.SETTING,
        kind=Percent(),
        default=Decimal(0),
        help="For customers without a rate of their own and without a rule for their country.",
        changes=("Usage and fees, by their time of use", "Invoices: tax"),
        changes_charges=True,
    ),
    Feature(
        key="tax_inclusive",
        title="Prices include tax",
        section="Money",
        group=Group.SETTING,
        kind=Switch(),
        default=False,
        when_on=(
            "The prices of plans include tax, where no rule for the country says otherwise: of "
            "12.00 at 20 % 10.00 are net, and 12.00 are deducted."
        ),
        when_off=(
            "Tax is added to the prices of plans, where no rule for the country says otherwise: "
            "for 10.00 at 20 % 12.00 are deducted."
        ),
        changes=("Usage and fees, by their time of use", "Invoices: prices, tax"),
        changes_charges=True,
    ),
    Feature(
        key="support_contact",
        title="Support contact",
        section="Contact",
        group=Group.SETTING,
        kind=Text(300, lines=4),
        default="",
        help="Shown where a customer is stuck: an address, a telephone number, opening hours.",
        changes=("Portal: suspended, errors", "Mails"),
    ),
    Feature(
        key="bank_details",
        title="Bank details",
        section="Contact",
        group=Group.SETTING,
        kind=Text(600, lines=8),
        default="",
        help="Shown to customers who pay by bank transfer, and where portal payment is off.",
        changes=("Portal: Pay now, Profile → Payment settings", "Invoices"),
    ),
)
