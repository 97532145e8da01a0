"""Every switch and setting of the provider, declared once.

A declaration says key, title, kind of value, default, what it does and which pages it changes.
The value in force and its history are in the database (`queries`). To add one: declare it in
`billing_features`, `billing_settings` or `document_settings`, add its key to the Literal of its
type here, and read it with `queries.value(key, at=…)` where it acts. Mark the tests of its
positions (`@pytest.mark.verifies(key, position)`) and run `manage.py describe_features`. One that
charges are rated by says `changes_charges`, and is read with `courses` as of the time of use.
"""

from __future__ import annotations

from typing import Literal

from features.billing_features import FEATURES
from features.billing_settings import SETTINGS as BILLING_SETTINGS
from features.declarations import AnyFeature
from features.document_settings import DOCUMENT_SETTINGS
from features.exceptions import UnknownFeature

SwitchKey = Literal[
    "portal_payment",
    "invoice_menu",
    "prepaid_negative_balance_display",
    "prepaid_hourly_billing",
    "suspended_account_billing",
    "preview_required",
    "billing_contract_type",
    "signup_payment",
    "account_verification_refund",
    "default_ip_charge",
    "free_for_one_ip",
    "secondary_ip_billing",
    "tax_inclusive",
    "whmcs_billing",
    "multi_currency",
]
WholeNumberKey = Literal[
    "cost_decimal_points",
    "invoice_due_days",
    "grace_hours",
    "recharge_attempts",
    "recharge_retry_hours",
    "recharges_per_day",
    "payment_failure_limit",
    "low_balance_days",
    "reminder_interval_days",
    "suspension_days",
]
OptionalWholeNumberKey = Literal["resource_deletion_days"]
OptionalAmountKey = Literal["minimum_prepaid_recharge", "maximum_prepaid_recharge"]
DecimalKey = Literal[
    "four_eyes_amount",
    "tax_percent",
    "verification_deposit",
    "verification_refund_percent",
    "excess_cost_percent",
]
TextKey = Literal[
    "promo_code_prefix",
    "late_fee",
    "billing_plan",
    "individual_billing_plan",
    "organization_billing_plan",
    "default_currency",
    "tax_name",
    "support_contact",
    "bank_details",
    "branding_name",
    "branding_legal_name",
    "branding_address",
    "branding_city",
    "branding_postal_code",
    "branding_country",
    "branding_tax_id",
    "branding_registration_number",
    "branding_email",
    "branding_header",
    "branding_footer",
    "branding_accent",
    "document_layout",
    "document_language",
    "series_prefix_invoice",
    "series_prefix_credit_note",
    "series_prefix_receipt",
    "series_prefix_top_up_invoice",
]
PictureKey = Literal["branding_logo"]
TextsKey = Literal[
    "document_texts_invoice",
    "document_texts_credit_note",
    "document_texts_receipt",
    "document_texts_top_up_invoice",
    "document_texts_statement",
]

__all__ = ["ALL", "FEATURES", "SETTINGS", "feature"]

SETTINGS: tuple[AnyFeature, ...] = (*BILLING_SETTINGS, *DOCUMENT_SETTINGS)
ALL: tuple[AnyFeature, ...] = (*FEATURES, *SETTINGS)
_BY_KEY: dict[str, AnyFeature] = {feature.key: feature for feature in ALL}


def feature(key: str) -> AnyFeature:
    """The declaration of `key`. Raise UnknownFeature."""
    try:
        return _BY_KEY[key]
    except KeyError:
        raise UnknownFeature(key) from None
