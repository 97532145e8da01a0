"""The page of gateways: what is on, whether keys are set, and never the keys."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.urls import reverse

from accounts.audit.models import AuditRecord
from billing.payments.models import GatewaySetting
from tests.config.staff.people import staff_client_of
from tests.factories import new_key

pytestmark = pytest.mark.django_db
PAGE = "/admin/configuration/gateways/"


def _change(group: str, name: str = "stripe", **more: str) -> int:
    body = {"countries": "de, FR", "currencies": "eur", "reason": "Trial", **more}
    client = staff_client_of(group, email=f"{new_key('staff').replace(':', '-')}@provider.example")
    return client.post(reverse("admin:gateway_change", args=[name]), body).status_code


@pytest.mark.parametrize(
    ("key", "said"),
    [("sk_test_abcdef", "Test"), ("rk_live_abcdef", "Live"), ("abcdef", "unknown")],
)
def test_a_key_shows_as_set_with_its_mode_and_never_itself(
    settings: LazySettings, key: str, said: str
) -> None:
    settings.STRIPE_API_KEY, settings.STRIPE_WEBHOOK_SECRET = key, ""
    client = staff_client_of("billing")
    for address in (PAGE, f"{PAGE}stripe/"):
        html = client.get(address).content.decode()
        assert "set from STRIPE_API_KEY" in html
        assert "missing: set STRIPE_WEBHOOK_SECRET" in html
        assert said in html
        assert "abcdef" not in html


def test_a_missing_key_names_its_variable(settings: LazySettings) -> None:
    settings.STRIPE_API_KEY = ""
    assert "missing: set STRIPE_API_KEY" in staff_client_of("auditor").get(PAGE).content.decode()


@pytest.mark.parametrize("group", ["administrator", "billing"])
def test_money_staff_change_a_gateway_and_leave_a_trace(group: str) -> None:
    assert _change(group) == 302
    row = GatewaySetting.objects.get()
    assert (row.is_on, row.countries, row.currencies) == (False, ["DE", "FR"], ["EUR"])
    assert AuditRecord.objects.get(action="gateway.changed").reason == "Trial"


@pytest.mark.parametrize("group", ["support", "auditor", "catalog", "operations"])
def test_nobody_else_changes_one(group: str) -> None:
    assert _change(group) == 403
    assert not GatewaySetting.objects.exists()


def test_what_is_wrong_stays_on_the_page() -> None:
    assert _change("billing", countries="QQ") == 422
    assert _change("administrator", currencies="\x00") == 422
    assert _change("administrator", "paypal") == 404
    assert not GatewaySetting.objects.exists()
