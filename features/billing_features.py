"""Config → Feature configuration → Billing: the switches of spec/features.md."""

from __future__ import annotations

from decimal import Decimal

from features.declarations import Feature
from features.kinds import Choice, OptionalAmount, Switch, Text, WholeNumber

_PLANS = ("postpaid", "prepaid", "flexible")
_NEW_CLIENTS = ("Admin: add a client", "Portal: sign-up", "API: new companies")

_IP_PAGES = (
    "Portal: Instances → network, Addresses, Estimates",
    "API: estimates, instances, addresses",
    "Hourly accrual, invoices",
)

FEATURES: tuple[Feature[bool] | Feature[int] | Feature[Decimal | None] | Feature[str], ...] = (
    Feature(
        key="default_ip_charge",
        title="Default addresses are charged",
        section="Network addresses",
        kind=Switch(),
        default=True,
        when_on="A default public address of an instance is charged per hour, by the price list.",
        when_off="It is free: its price shows as 0. Additional public addresses are still charged.",
        changes=_IP_PAGES,
        changes_charges=True,
    ),
    Feature(
        key="free_for_one_ip",
        title="One public address is free",
        section="Network addresses",
        kind=Switch(),
        default=False,
        when_on=(
            "The oldest public address that a customer still holds, and that would be charged, is "
            "free. Once it is released the next oldest is, from that hour on."
        ),
        when_off="Every public address is charged.",
        changes=_IP_PAGES,
        changes_charges=True,
    ),
    Feature(
        key="secondary_ip_billing",
        title="Secondary addresses are charged",
        section="Network addresses",
        kind=Switch(),
        default=True,
        when_on="Secondary addresses of an instance are charged; its network page says “paid”.",
        when_off="They are free; the page says “free”.",
        changes=_IP_PAGES,
        changes_charges=True,
    ),
    Feature(
        key="multi_currency",
        title="Several currencies",
        section="Payments",
        kind=Switch(),
        default=False,
        when_on=(
            "Customers pick a display and a payment currency from those on offer; currencies and "
            "rates have their menu in the admin; estimates and invoices show them."
        ),
        when_off=(
            "Only the default currency is accepted for new choices. Accounts and documents in "
            "another currency stay as they are."
        ),
        changes=(
            "Admin: Catalog → Currencies, Exchange rates",
            "Portal: Settings, balance, estimates, invoices, payments",
            "API: companies, payments, currencies, estimates",
        ),
    ),
    Feature(
        key="portal_payment",
        title="Payment in the portal",
        section="Payments",
        kind=Switch(),
        default=True,
        when_on="Customers pay invoices and recharge from the portal and the API.",
        when_off=(
            "Payment settings, pay buttons and the customer payment API answer 403 and show the "
            "bank details. Invoices stay visible, staff can still record payments, automatic "
            "recharge still runs."
        ),
        changes=("Portal: Profile → Payment settings, Pay now, Invoices", "API: recharges, pay"),
    ),
    Feature(
        key="minimum_prepaid_recharge",
        title="Minimum prepaid recharge",
        section="Payments",
        kind=OptionalAmount(),
        default=Decimal(10),
        help=(
            "A recharge of a prepaid customer below it is refused, in the customer's currency. "
            "Empty: no minimum."
        ),
        changes=("Portal: Pay now", "API: recharges, recharge rule", "Automatic recharge"),
    ),
    Feature(
        key="maximum_prepaid_recharge",
        title="Maximum prepaid recharge",
        section="Payments",
        kind=OptionalAmount(),
        default=None,
        help=(
            "A single recharge of a prepaid customer above it is refused; an automatic recharge "
            "charges at most this much and says so. Empty: no maximum."
        ),
        changes=("Portal: Pay now, Profile → Payment settings", "API: recharges"),
    ),
    Feature(
        key="suspended_account_billing",
        title="Suspension of overdue accounts",
        section="Payments",
        kind=Switch(),
        default=True,
        when_on=(
            "Accounts overdue for longer than the suspension days are suspended: consumption "
            "stops, the portal shows why and how to pay; paying reactivates at once."
        ),
        when_off=(
            "Nothing is suspended for being overdue. Flipping it off reactivates who was "
            "suspended for that reason alone."
        ),
        changes=("Portal: every page of a suspended account", "Admin: companies", "SIMs"),
    ),
    Feature(
        key="invoice_menu",
        title="Invoices in the portal",
        section="Portal",
        kind=Switch(),
        default=True,
        when_on="The portal shows Invoices.",
        when_off=(
            "The menu, its pages, PDFs and the customer invoice API are gone. Paying still works."
        ),
        changes=("Portal: Invoices", "API: invoices, for company keys"),
    ),
    Feature(
        key="prepaid_negative_balance_display",
        title="Show a negative prepaid balance",
        section="Portal",
        kind=Switch(),
        default=False,
        when_on="A negative prepaid balance is shown as it is, with a call to add funds.",
        when_off=(
            "It is shown as 0, to company API keys too. The ledger keeps the true figure, and a "
            "top-up first fills the hole."
        ),
        changes=("Admin: company page", "Portal: Dashboard, header", "API: displayed_balance"),
    ),
    Feature(
        key="prepaid_hourly_billing",
        title="Hourly cost to date for prepaid",
        section="Portal",
        kind=Switch(),
        default=False,
        when_on="The cost to date of prepaid customers is brought up to date every hour.",
        when_off=("Once a day. Balance and enforcement are live in both positions."),
        changes=("Portal: Dashboard, My Profile (each with “as of …”)",),
    ),
    Feature(
        key="cost_decimal_points",
        title="Decimals shown for costs",
        section="Portal",
        kind=WholeNumber(0, 6, unit="decimals"),
        default=2,
        help=(
            "Display only: estimates, summaries, usage tables, unit prices and annexes on "
            "invoices. Stored amounts keep full precision; totals keep the currency's minor unit."
        ),
        changes=("Portal: usage, estimates, summaries", "Invoices: unit prices, annexes"),
    ),
    Feature(
        key="promo_code_prefix",
        title="Prefix of promo codes",
        section="Payments",
        kind=Text(20, pattern=r"[A-Z0-9]*", pattern_says="Only capital letters and digits."),
        default="",
        help="New promo codes start with it: SUMMER20 gives SUMMER20-7KQ2ZD. Empty: no prefix.",
        changes=("Admin: promo codes", "API: promo-codes"),
    ),
    Feature(
        key="billing_plan",
        title="Billing types on offer",
        section="New customers",
        kind=Choice(_PLANS),
        default="flexible",
        help=(
            "What a new customer may choose from: “postpaid” or “prepaid” offers only that one, "
            "“flexible” offers all three. Existing customers stay as they are."
        ),
        changes=_NEW_CLIENTS,
    ),
    Feature(
        key="individual_billing_plan",
        title="Billing types for individuals",
        section="New customers",
        kind=Choice(("inherit", *_PLANS)),
        default="inherit",
        help="The same for new customers of the category Individual; “inherit” goes by the above.",
        changes=_NEW_CLIENTS,
    ),
    Feature(
        key="organization_billing_plan",
        title="Billing types for organizations",
        section="New customers",
        kind=Choice(("inherit", *_PLANS)),
        default="inherit",
        help="The same for new customers of the category Organization.",
        changes=_NEW_CLIENTS,
    ),
    Feature(
        key="billing_contract_type",
        title="Fixed payment contracts",
        section="New customers",
        kind=Switch(),
        default=False,
        when_on=(
            "The add-client form, sign-up and the API offer Pay as you go or Fixed payment: a set "
            "amount per month as one line, in place of the plans' monthly fees. Usage within the "
            "plan's limits is 0, beyond them it is charged as usual."
        ),
        when_off=(
            "The field is hidden, new customers are Pay as you go; existing fixed contracts go on."
        ),
        changes=(*_NEW_CLIENTS, "Invoices"),
    ),
    Feature(
        key="signup_payment",
        title="Deposit at sign-up",
        section="New customers",
        kind=Switch(),
        default=False,
        when_on=(
            "Activation asks for a card and takes the verification deposit before the account "
            "becomes active. The deposit is held until staff verify the account, then refunded, "
            "credited to the balance, or kept if the verification is refused."
        ),
        when_off="Activation needs no payment.",
        changes=("Portal: activation", "API: activation"),
    ),
    Feature(
        key="account_verification_refund",
        title="Refund of the verification deposit",
        section="New customers",
        kind=Switch(),
        default=False,
        when_on=(
            "When staff verify the account, the set share of the deposit goes back to the card, "
            "the rest to the balance. The sign-up page says so."
        ),
        when_off=(
            "When staff verify the account, the deposit is credited to the balance. The sign-up "
            "page says so."
        ),
        changes=("Portal: sign-up, activation", "Admin, API: verification", "Ledger"),
    ),
    Feature(
        key="whmcs_billing",
        title="Billing in step with WHMCS",
        section="Integrations",
        kind=Switch(),
        default=False,
        when_on=(
            "Clients, invoices and payments are sent to the WHMCS server, and what customers pay "
            "there is booked here. WHMCS being unreachable stops nothing: work waits, and is shown."
        ),
        when_off="Nothing is sent or read; WHMCS is not shown.",
        changes=("Admin: Config → Integrations, company page", "Job: sync_systems"),
    ),
)
