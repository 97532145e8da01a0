"""Config → Feature configuration in the admin: preview, schedule, cancel, revert, files."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.audit.models import AuditRecord
from billing.catalog.terms import PriceTerms
from billing.insight.models import FeaturePreview
from config import clock
from features.actions import set_value
from features.models import FeatureValue
from features.queries import value
from tests.billing.metering.usage import MB, record, send
from tests.config.staff.people import staff_client_of
from tests.factories import make_company, make_plan, make_subscription

pytestmark = pytest.mark.django_db
TAX = "tax_percent"


def _flip(client: Client, key: str, **given: str) -> HttpResponse:
    address = reverse("admin:feature_change", args=[key])
    version = str(client.get(address).context["form"]["version"].value())
    return client.post(address, {"version": version, "starts": "now"} | given)  # type: ignore[return-value]


def _used() -> None:
    """100 MB at 0.10, taxed by the default rate."""
    now = clock.now()
    company = make_company(billing_type="postpaid", credit_limit=None, tax_percent=None, at=now)
    make_subscription(company, make_plan(PriceTerms(Decimal("0.10"))), subject="sim")
    send(record("sim", 100 * MB, at=now), at=now)


def _upload(client: Client, content: object) -> HttpResponse:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    file = SimpleUploadedFile("configuration.json", text)
    return client.post(reverse("admin:features_import"), {"file": file})  # type: ignore[return-value]


def _exported(client: Client) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(
        client.get(reverse("admin:features_export")).content
    )
    return found


def test_the_preview_stands_on_the_page_before_saving_and_as_a_file() -> None:
    _used()
    client = staff_client_of("catalog")
    page = _flip(client, TAX, value="20", preview="1")
    assert page.status_code == 200
    text = page.content.decode()
    assert "From the start of the open period" in text
    assert "12.00" in text
    assert value(TAX, at=clock.now()) == 0
    preview = FeaturePreview.objects.get()
    file = client.get(reverse("admin:feature_preview_file", args=[preview.pk, "from_period_start"]))
    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert lines[1].endswith(",USD,10.00,12.00,2.00")


def test_saved_from_the_start_of_the_period_its_charges_are_rated_anew() -> None:
    _used()
    client = staff_client_of("catalog")
    assert _flip(client, TAX, value="20", starts="period_start", reason="Law").status_code == 302
    row = FeatureValue.objects.get()
    assert row.from_period_start
    rerated = AuditRecord.objects.get(action="charges.rerated")
    assert (rerated.before, rerated.after) == ({"USD": "10.00"}, {"USD": "12.00"})


def test_a_change_is_scheduled_shown_and_cancelled() -> None:
    client = staff_client_of("catalog")
    tomorrow = clock.now() + timedelta(days=1)
    given = {"value": "off", "reason": "Bank day", "starts": "at"}
    assert _flip(client, "portal_payment", **given).status_code == 422
    assert _flip(client, "portal_payment", **given, at="2020-01-01T00:00").status_code == 422
    at = f"{tomorrow:%Y-%m-%dT%H:%M}"
    assert _flip(client, "portal_payment", **given, at=at).status_code == 302
    history = reverse("admin:feature_history", args=["portal_payment"])
    assert "Scheduled" in client.get(history).content.decode()
    row = FeatureValue.objects.get()
    client.post(reverse("admin:feature_cancel", args=[row.pk]))
    assert value("portal_payment", at=tomorrow + timedelta(days=1)) is True
    assert "Cancelled" in client.get(history).content.decode()
    assert AuditRecord.objects.filter(action="feature.cancelled").exists()


def test_any_change_of_the_history_is_reverted_by_one_click() -> None:
    for decimals in (4, 6):
        set_value(
            "cost_decimal_points",
            value=decimals,
            reason=f"{decimals} are enough",
            by="staff:bob@provider.example",
            at=clock.now(),
        )
    client = staff_client_of("catalog")
    first = FeatureValue.objects.get(value=4)
    revert = reverse("admin:feature_revert", args=[first.pk])
    client.post(revert, {"version": "1"})  # the page was older than the second change
    assert value("cost_decimal_points", at=clock.now()) == 6
    client.post(revert, {"version": "2"})
    assert value("cost_decimal_points", at=clock.now()) == 2
    assert FeatureValue.objects.latest("id").reason == "Reverted: 4 are enough"


def test_a_revert_that_needs_a_preview_opens_the_page_with_the_value() -> None:
    at = clock.now()
    set_value("cost_decimal_points", value=4, reason="x", by="staff:bob@x.example", at=at)
    set_value("preview_required", value=True, reason="x", by="staff:bob@x.example", at=at)
    client = staff_client_of("catalog")
    row = FeatureValue.objects.get(key="cost_decimal_points")
    answer = client.post(
        reverse("admin:feature_revert", args=[row.pk]), {"version": "1"}, follow=True
    )
    assert answer.context["form"]["value"].value() == 2
    assert "Preview this value" in answer.content.decode()
    flip = {"value": "2", "reason": "Back"}
    assert _flip(client, "cost_decimal_points", **flip).status_code == 422
    assert _flip(client, "cost_decimal_points", value="2", preview="1").status_code == 200
    assert _flip(client, "cost_decimal_points", **flip).status_code == 302


def test_the_configuration_goes_out_and_comes_back_with_its_difference_shown() -> None:
    client = staff_client_of("catalog")
    exported = _exported(client)
    assert exported["values"]["minimum_prepaid_recharge"] == "10"
    exported["values"] |= {"invoice_due_days": 14, "bank_details": "IBAN DE00"}
    page = _upload(client, exported)
    assert [each.value for each in page.context["compared"].differences] == ["IBAN DE00", 14]  # type: ignore[attr-defined]
    assert not FeatureValue.objects.exists()
    form = page.context["form"]  # type: ignore[attr-defined]
    apply = {"content": form.initial["content"], "versions": json.dumps(form.initial["versions"])}
    address = reverse("admin:features_import")
    assert client.post(address, apply | {"reason": ""}).status_code == 422
    assert client.post(address, apply | {"reason": "As in test"}).status_code == 302
    assert value("invoice_due_days", at=clock.now()) == 14
    assert set(FeatureValue.objects.values_list("reason", flat=True)) == {"As in test"}
    assert _upload(client, exported).context["compared"].differences == ()  # type: ignore[attr-defined]


def test_what_is_wrong_with_a_file_is_named_and_nothing_of_it_applied() -> None:
    client = staff_client_of("catalog")
    values = {"no_such": 1, "tax_percent": "101", "invoice_due_days": 14}
    file = {"tollgate_configuration": 1, "values": values}
    page = _upload(client, file)
    assert page.status_code == 422
    text = page.content.decode()
    assert "no_such" in text
    assert "Must be from 0 to 100." in text
    body = {"content": json.dumps(file), "versions": "{}", "reason": "x"}
    assert client.post(reverse("admin:features_import"), body).status_code == 422
    assert not FeatureValue.objects.exists()


@pytest.mark.parametrize("content", [b"\xff", b"[]", b"{", {"tollgate_configuration": 1}])
def test_what_is_no_configuration_is_refused(content: object) -> None:
    assert _upload(staff_client_of("catalog"), content).status_code == 422


def test_an_import_overwrites_nobody_who_was_faster() -> None:
    client = staff_client_of("catalog")
    file = {"tollgate_configuration": 1, "values": {"invoice_due_days": 14, "grace_hours": 1}}
    form = _upload(client, file).context["form"]  # type: ignore[attr-defined]
    set_value("invoice_due_days", value=9, reason="x", by="staff:bob@x.example", at=clock.now())
    body = {
        "content": form.initial["content"],
        "versions": json.dumps(form.initial["versions"]),
        "reason": "As in test",
    }
    answer = client.post(reverse("admin:features_import"), body)
    assert answer.status_code == 422
    assert "somebody else changed it" in answer.content.decode()
    assert value("invoice_due_days", at=clock.now()) == 9
    assert value("grace_hours", at=clock.now()) == 24


@pytest.mark.parametrize("group", ["support", "auditor"])
def test_who_only_looks_changes_nothing(group: str) -> None:
    set_value("cost_decimal_points", value=4, reason="x", by="staff:bob@x.example", at=clock.now())
    row, client = FeatureValue.objects.get(), staff_client_of(group)
    assert client.post(reverse("admin:feature_revert", args=[row.pk])).status_code == 403
    assert client.post(reverse("admin:feature_cancel", args=[row.pk])).status_code == 403
    assert client.get(reverse("admin:features_import")).status_code == 403
    assert client.get(reverse("admin:features_export")).status_code == 200
