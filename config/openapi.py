"""What the published OpenAPI says of itself. Part of the settings: imports nothing of ours."""

from __future__ import annotations

PUBLISHED = {
    "TITLE": "Tollgate API",
    "DESCRIPTION": "Balance, usage, recharge, invoices. Money is a decimal string, never a number.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accounts.access.schema.add_error_responses",
    ],
    # One name for each set of words; without it fields called `status` or `kind` collide.
    "ENUM_NAME_OVERRIDES": {
        "AddressKind": "telecom.network.models.ADDRESS_KINDS",
        "AdjustmentStatus": "billing.ledger.models.Adjustment.Status",
        "ChargeKind": "billing.metering.models.Charge.Kind",
        "CompanyStatus": "accounts.companies.models.Company.Status",
        "HoldStatus": "billing.ledger.models.Hold.Status",
        "InvoiceKind": "billing.invoicing.models.Invoice.Kind",
        "InvoiceStatus": "billing.invoicing.models.Invoice.Status",
        "PaymentMethodKind": "billing.payments.models.Payment.Method",
        "PaymentStatus": "billing.payments.models.Payment.Status",
        "PlanKind": "billing.catalog.models.PlanKind",
        "PromoCodeKind": "billing.promotions.models.PromoCode.Kind",
        "RechargeStatus": "billing.recharges.models.Recharge.Status",
        "RefundStatus": "billing.payments.models.Refund.Status",
        "ResourceStatus": "telecom.network.models.Resource.Status",
        "TaxRuleTreatment": "billing.tax.serializers.CHOICES",
        "TaxTreatment": "billing.tax.models.TREATMENTS",
        "SimStatus": "telecom.sims.models.Sim.Status",
        "SubscriptionStatus": "billing.subscriptions.models.Subscription.Status",
        "TierMode": "billing.catalog.models.Price.TierMode",
        "TransactionKind": "billing.ledger.models.EntryKind",
    },
}
