"""The declarations agree with the types that callers rely on, and with the words of the spec."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest

from features import catalog
from features.exceptions import UnknownFeature


def test_keys_are_declared_once() -> None:
    keys = [feature.key for feature in catalog.ALL]
    assert len(keys) == len(set(keys))


def test_each_key_stands_in_the_literal_of_its_type() -> None:
    literals = {
        bool: set(get_args(catalog.SwitchKey)),
        int: set(get_args(catalog.WholeNumberKey)),
        Decimal: set(get_args(catalog.DecimalKey)),
        str: set(get_args(catalog.TextKey)),
        dict: set(get_args(catalog.TextsKey)),
    }
    optional = (catalog.OptionalAmountKey, catalog.OptionalWholeNumberKey, catalog.PictureKey)
    others = {key for literal in optional for key in get_args(literal)}
    for feature in catalog.ALL:
        assert feature.key in others or feature.key in literals[type(feature.default)]
    assert len(catalog.ALL) == len(others) + sum(len(keys) for keys in literals.values())


def test_the_features_of_this_release_have_the_defaults_of_the_spec() -> None:
    assert {feature.key: feature.default for feature in catalog.FEATURES} == {
        "default_ip_charge": True,
        "free_for_one_ip": False,
        "secondary_ip_billing": True,
        "portal_payment": True,
        "invoice_menu": True,
        "prepaid_negative_balance_display": False,
        "prepaid_hourly_billing": False,
        "minimum_prepaid_recharge": Decimal(10),
        "maximum_prepaid_recharge": None,
        "cost_decimal_points": 2,
        "suspended_account_billing": True,
        "promo_code_prefix": "",
        "billing_plan": "flexible",
        "individual_billing_plan": "inherit",
        "organization_billing_plan": "inherit",
        "billing_contract_type": False,
        "signup_payment": False,
        "account_verification_refund": False,
        "multi_currency": False,
        "whmcs_billing": False,
    }


def test_every_switch_says_what_both_positions_do() -> None:
    for feature in catalog.FEATURES:
        says_both = bool(feature.when_on and feature.when_off)
        assert says_both is isinstance(feature.default, bool)
        assert feature.changes


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(UnknownFeature):
        catalog.feature("whmcs")
