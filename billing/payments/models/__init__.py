"""Payment methods, payments, refunds, disputes, gateways and their events."""

from billing.payments.models.gateways import GatewayCustomer, GatewayEvent, GatewaySetting
from billing.payments.models.methods import PaymentMethod
from billing.payments.models.payments import Payment, PaymentStanding
from billing.payments.models.refunds import Dispute, Refund

__all__ = [
    "Dispute",
    "GatewayCustomer",
    "GatewayEvent",
    "GatewaySetting",
    "Payment",
    "PaymentMethod",
    "PaymentStanding",
    "Refund",
]
