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
from billing.documents.models import Receipt, Series
from billing.invoicing.models import Allocation, Invoice, InvoiceLine, InvoiceTax
from billing.ledger.models import Account, Adjustment, BalanceSnapshot, Entry, Hold, Leg
from billing.payments.models import (
    Dispute,
    GatewayCustomer,
    GatewayEvent,
    Payment,
    PaymentMethod,
    Refund,
)
from billing.profiles.models import BillingProfile
from billing.recharges.models import ConsumptionAlert, Recharge, RechargeAttempt, RechargeRule
from billing.subscriptions.models import Allowance, BillingPeriod, SubjectKey, Subscription

__all__ = [
    "Account",
    "Adjustment",
    "Allocation",
    "Allowance",
    "BalanceSnapshot",
    "BillingPeriod",
    "BillingProfile",
    "ConsumptionAlert",
    "Dispute",
    "Entry",
    "GatewayCustomer",
    "GatewayEvent",
    "Hold",
    "Invoice",
    "InvoiceLine",
    "InvoiceTax",
    "Leg",
    "Meter",
    "Payment",
    "PaymentMethod",
    "Plan",
    "PlanVersion",
    "Price",
    "PriceRate",
    "PriceTier",
    "Receipt",
    "Recharge",
    "RechargeAttempt",
    "RechargeRule",
    "RefillSize",
    "Refund",
    "Series",
    "SubjectKey",
    "Subscription",
    "Zone",
]
