"""Gathers the models that the folders declare."""

from billing.catalog.models import (
    Meter,
    Plan,
    PlanVersion,
    Price,
    PriceRate,
    PriceTier,
    RefillSize,
    Zone,
)
from billing.discounts.models import Discount
from billing.documents.models import Receipt, Series
from billing.dunning.models import DunningClock, DunningStep
from billing.insight.models import BooksAudit, CostToDate, FeaturePreview
from billing.integrations.models import IncomingPayment, SyncWork, SystemState
from billing.invoicing.models import (
    Allocation,
    Fund,
    FundsRead,
    Invoice,
    InvoiceLine,
    InvoicePayment,
    InvoiceTax,
)
from billing.ledger.models import Account, Adjustment, BalanceSnapshot, Entry, Hold, Leg
from billing.metering.models import (
    Charge,
    DayTotal,
    FeatureSnapshot,
    InboxParcel,
    InboxShard,
    PeriodTotal,
    PlmnCountry,
    SessionCover,
    TierUse,
    UsageBatch,
    UsageConflict,
    UsageKey,
    UsageReject,
)
from billing.onboarding.models import Closing, FixedPayment, SignUp
from billing.payments.models import (
    Dispute,
    GatewayCustomer,
    GatewayEvent,
    GatewaySetting,
    Payment,
    PaymentMethod,
    PaymentStanding,
    Refund,
)
from billing.profiles.models import AccountPlan, BillingProfile
from billing.promotions.models import CreditLot, CreditsRead, PromoCode, Redemption
from billing.recharges.models import ConsumptionAlert, Recharge, RechargeAttempt, RechargeRule
from billing.subscriptions.models import Allowance, BillingPeriod, SubjectKey, Subscription
from billing.tax.models import FormerStanding, TaxRule, TaxTerms
from billing.topups.models import TopUpInvoice, TopUpPayment
from billing.writeoffs.models import WriteOff

__all__ = [
    "Account",
    "AccountPlan",
    "Adjustment",
    "Allocation",
    "Allowance",
    "BalanceSnapshot",
    "BillingPeriod",
    "BillingProfile",
    "BooksAudit",
    "Charge",
    "Closing",
    "ConsumptionAlert",
    "CostToDate",
    "CreditLot",
    "CreditsRead",
    "DayTotal",
    "Discount",
    "Dispute",
    "DunningClock",
    "DunningStep",
    "Entry",
    "FeaturePreview",
    "FeatureSnapshot",
    "FixedPayment",
    "FormerStanding",
    "Fund",
    "FundsRead",
    "GatewayCustomer",
    "GatewayEvent",
    "GatewaySetting",
    "Hold",
    "InboxParcel",
    "InboxShard",
    "IncomingPayment",
    "Invoice",
    "InvoiceLine",
    "InvoicePayment",
    "InvoiceTax",
    "Leg",
    "Meter",
    "Payment",
    "PaymentMethod",
    "PaymentStanding",
    "PeriodTotal",
    "Plan",
    "PlanVersion",
    "PlmnCountry",
    "Price",
    "PriceRate",
    "PriceTier",
    "PromoCode",
    "Receipt",
    "Recharge",
    "RechargeAttempt",
    "RechargeRule",
    "Redemption",
    "RefillSize",
    "Refund",
    "Series",
    "SessionCover",
    "SignUp",
    "SubjectKey",
    "Subscription",
    "SyncWork",
    "SystemState",
    "TaxRule",
    "TaxTerms",
    "TierUse",
    "TopUpInvoice",
    "TopUpPayment",
    "UsageBatch",
    "UsageConflict",
    "UsageKey",
    "UsageReject",
    "WriteOff",
    "Zone",
]
