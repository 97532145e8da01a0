"""The three features of addresses in both positions: API, accrual and invoice say the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.conf import LazySettings

from accounts.companies.models import Company
from billing.invoicing.models import Invoice
from billing.invoicing.tasks import close_periods, issue_invoices
from billing.metering.models import Charge
from billing.metering.rerating import Selection, rerate
from config import clock
from telecom.network.actions.accrual import accrue_due
from tests.accounts.access.client import Api, error_of
from tests.books import faults
from tests.factories import BY, make_company
from tests.portal import browser
from tests.telecom.network.cloud import HOUR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox_clock")]
D = Decimal
START = datetime.fromisoformat("2040-04-10T10:20:00Z")
KINDS = ("default", "additional", "secondary")


class Cloud:
    """A company with an instance at 0.10; public addresses at 0.005, secondary at 0.002."""

    def __init__(self, staff: Api, mine: Callable[[Company], Api]) -> None:
        clock.move_to(START)
        self.staff = staff
        self.company = make_company(billing_type="postpaid", credit_limit=None, at=START)
        self.api = mine(self.company)
        body = {"name": "Small", "hourly_price": "0.10", "currency": "USD", "custom": False}
        self.offering = self.made(staff, "offerings/", body)["id"]
        prices = {"public": "0.005", "secondary": "0.002", "currency": "USD"}
        assert staff.call("put", "address-prices/", prices).status_code == 200
        made = {"offering": self.offering, "name": "web"}
        self.instance = self.made(self.api, "instances/", made)["id"]

    def made(self, api: Api, route: str, body: Mapping[str, object]) -> dict[str, str]:
        answer = api.send(route, body)
        assert answer.status_code == 201, answer.json()
        found: dict[str, str] = answer.json()
        return found

    def switch(self, key: str, *, on: bool) -> None:
        answer = self.staff.call("patch", f"features/{key}/", {"value": on, "reason": "Test"})
        assert answer.status_code == 200, answer.json()

    def acquire(self, *kinds: str) -> list[str]:
        bodies = [{"kind": kind, "instance": self.instance} for kind in kinds]
        return [self.made(self.api, "addresses/", body)["id"] for body in bodies]

    def estimated(self, kind: str) -> Decimal:
        return D(self.api.send("estimates/address/", {"kind": kind}).json()["per_hour"])

    def said(self, address: str) -> Decimal:
        return D(self.api.read(f"addresses/{address}/").json()["per_hour"])

    def hour(self) -> datetime:
        """Let an hour pass."""
        clock.move_to(clock.now() + HOUR)
        accrue_due(at=clock.now())
        return clock.now()

    def charged(self, address: str) -> list[Decimal]:
        rows = self.api.read("charges/", subject=address).json()["results"]
        return [D(row["amount"]) for row in reversed(rows)]


@pytest.fixture
def cloud(staff_api: Api, company_api: Callable[[Company], Api], settings: LazySettings) -> Cloud:
    return Cloud(staff_api, company_api)


SHIPPED = {"default": "0.005", "additional": "0.005", "secondary": "0.002"}


@pytest.mark.parametrize(
    ("key", "on", "costs"),
    [
        pytest.param(
            "default_ip_charge",
            True,
            SHIPPED,
            marks=pytest.mark.verifies("default_ip_charge", "on"),
        ),
        pytest.param(
            "default_ip_charge",
            False,
            SHIPPED | {"default": "0"},
            marks=pytest.mark.verifies("default_ip_charge", "off"),
        ),
        pytest.param(
            "free_for_one_ip",
            False,
            SHIPPED,
            marks=pytest.mark.verifies("free_for_one_ip", "off"),
        ),
        pytest.param(
            "free_for_one_ip",
            True,
            SHIPPED | {"default": "0"},
            marks=pytest.mark.verifies("free_for_one_ip", "on"),
        ),
        pytest.param(
            "secondary_ip_billing",
            True,
            SHIPPED,
            marks=pytest.mark.verifies("secondary_ip_billing", "on"),
        ),
        pytest.param(
            "secondary_ip_billing",
            False,
            SHIPPED | {"secondary": "0"},
            marks=pytest.mark.verifies("secondary_ip_billing", "off"),
        ),
    ],
)
def test_a_feature_decides_estimate_accrual_pages_and_invoice_alike(
    cloud: Cloud, key: str, *, on: bool, costs: dict[str, str]
) -> None:
    """Each address is estimated before it is acquired, in the order of KINDS."""
    cloud.switch(key, on=on)
    estimated, addresses = {}, {}
    for kind in KINDS:
        estimated[kind] = cloud.estimated(kind)
        addresses[kind] = cloud.acquire(kind)[0]
    wanted = {kind: D(cost) for kind, cost in costs.items()}
    assert estimated == wanted
    assert {kind: cloud.said(address) for kind, address in addresses.items()} == wanted
    cloud.hour()
    assert {kind: cloud.charged(address) for kind, address in addresses.items()} == {
        kind: [cost] for kind, cost in wanted.items()
    }
    charge = Charge.objects.latest("id")
    assert charge.features.values[key] is on
    page = browser(cloud.company).get(f"/portal/instances/{cloud.instance}/").text
    free = sum(not cost for cost in wanted.values())
    assert (page.count(">Free<"), page.count(">Paid<")) == (free, 3 - free)
    _assert_invoice(cloud, wanted)
    assert faults() == []


def _assert_invoice(cloud: Cloud, wanted: dict[str, Decimal]) -> None:
    clock.move_to(datetime.fromisoformat("2040-05-02T01:00:00Z"))
    close_periods(at=clock.now())
    issue_invoices(at=clock.now())
    (invoice,) = cloud.api.read("invoices/").json()["results"]
    lines = cloud.api.read(f"invoices/{invoice['id']}/").json()["lines"]
    free = [line for line in lines if ", free" in line["description"]]
    assert len(free) == sum(not cost for cost in wanted.values())
    assert all((D(line["amount"]), D(line["quantity"])) == (D(0), D(1)) for line in free)
    exact = Invoice.objects.get(pk=invoice["id"]).lines.values_list("exact_amount", flat=True)
    assert sum(exact) == D("0.1") + sum(wanted.values())


def test_the_estimate_of_an_instance_is_what_its_hour_then_costs(cloud: Cloud) -> None:
    """0.10 + 0.005 + 2 × 0.005 + 0.002; of a month 730 times that."""
    cloud.switch("free_for_one_ip", on=True)
    body = {"offering": cloud.offering, "additional_addresses": 2, "secondary_addresses": 1}
    found = cloud.api.send("estimates/instance/", body).json()
    assert (found["per_hour"], found["per_month"], found["currency"]) == ("0.112", "81.76", "USD")
    assert [(line["item"], line["per_hour"]) for line in found["lines"]] == [
        ("Small", "0.1"),
        ("Default address", "0"),
        ("Additional address", "0.005"),
        ("Additional address", "0.005"),
        ("Secondary address", "0.002"),
    ]
    assert found["lines"][1]["reason"] == "The oldest public address of an account is free."
    cloud.acquire("default", "additional", "additional", "secondary")
    cloud.hour()
    total = sum(Charge.objects.values_list("amount", flat=True), D(0))
    assert total == D(found["per_hour"])


def test_once_the_free_one_is_released_the_next_oldest_is_free(cloud: Cloud) -> None:
    cloud.switch("free_for_one_ip", on=True)
    first, second = cloud.acquire("default", "additional")
    cloud.hour()
    assert cloud.api.call("delete", f"addresses/{first}/").status_code == 204
    assert cloud.said(second) == 0
    cloud.hour()
    assert (cloud.charged(first), cloud.charged(second)) == ([D(0)], [D("0.005"), D(0)])
    third = cloud.estimated("additional")
    assert third == D("0.005")


def test_a_flip_changes_no_hour_before_it_and_rating_anew_gives_the_same(cloud: Cloud) -> None:
    (address,) = cloud.acquire("default")
    cloud.hour()
    cloud.switch("default_ip_charge", on=False)
    at = cloud.hour()
    assert cloud.charged(address) == [D("0.005"), D(0)]
    selection = Selection(START, at + HOUR, company=cloud.company)
    done = rerate(selection, by=BY, at=at)
    assert (done.charges, done.before, done.after) == (4, D("0.205"), D("0.205"))
    assert faults() == []


def test_a_switch_from_the_start_of_the_period_rates_its_hours_anew(cloud: Cloud) -> None:
    (address,) = cloud.acquire("default")
    cloud.hour()
    body = {"value": False, "reason": "Gift", "from": "period_start"}
    answer = cloud.staff.call("patch", "features/default_ip_charge/", body)
    assert answer.status_code == 200, answer.json()
    standing = Charge.objects.filter(subscription__address=UUID(address))
    assert [charge.amount for charge in standing.order_by("id")] == [D("0.005"), D("-0.005"), D(0)]
    assert cloud.said(address) == 0
    assert faults() == []


def test_only_default_and_secondary_addresses_need_an_instance(cloud: Cloud) -> None:
    assert cloud.api.send("addresses/", {"kind": "additional"}).status_code == 201
    for kind in ("default", "secondary"):
        answer = cloud.api.send("addresses/", {"kind": kind})
        assert error_of(answer) == (400, "instance_required", "instance")
    cloud.acquire("default")
    again = cloud.api.send("addresses/", {"kind": "default", "instance": cloud.instance})
    assert error_of(again) == (409, "default_address_exists", "kind")


def test_a_released_instance_takes_its_own_addresses_with_it(cloud: Cloud) -> None:
    default, additional, secondary = cloud.acquire(*KINDS)
    for _ in range(2):
        assert cloud.api.call("delete", f"instances/{cloud.instance}/").status_code == 204
    states = [
        cloud.api.read(f"addresses/{one}/").json() for one in (default, additional, secondary)
    ]
    assert [state["status"] for state in states] == ["released", "running", "released"]
    assert states[1]["instance"] is None
    assert cloud.api.read(f"instances/{cloud.instance}/").json()["status"] == "released"


def test_an_offering_by_the_month_sums_to_its_fee(cloud: Cloud) -> None:
    """10.00 a month from the first hour of May (744 hours) on: the invoice says 10.00."""
    clock.move_to(datetime.fromisoformat("2040-05-01T00:00:00Z") - timedelta(minutes=5))
    cloud.api.call("delete", f"instances/{cloud.instance}/")
    accrue_due(at=clock.now())
    body = {"name": "Flat", "monthly_fee": "10", "currency": "USD"}
    offering = cloud.made(cloud.staff, "offerings/", body)["id"]
    instance = cloud.made(cloud.api, "instances/", {"offering": offering, "name": "flat"})["id"]
    clock.move_to(datetime.fromisoformat("2040-05-31T23:30:00Z"))
    assert accrue_due(at=clock.now()) == 744
    rows = Charge.objects.filter(subscription__instance=UUID(instance))
    assert sum(rows.values_list("amount", flat=True), D(0)) == D(10)
    estimated = cloud.api.send(
        "estimates/instance/", {"offering": offering, "default_address": False}
    ).json()
    assert estimated["per_month"] == "10"
    last = rows.latest("started_at")
    assert D(estimated["per_hour"]) == last.amount
    clock.move_to(datetime.fromisoformat("2040-06-02T01:00:00Z"))
    close_periods(at=clock.now())
    issue_invoices(at=clock.now())
    invoice = Invoice.objects.latest("period_end")
    assert [(line.quantity, line.amount) for line in invoice.lines.all()] == [(D(744), D("10.00"))]
    assert faults() == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "currency": "USD"}, "hourly_price"),
        ({"name": "x", "currency": "USD", "hourly_price": "1", "monthly_fee": "2"}, "monthly_fee"),
        ({"name": "x", "currency": "USD", "hourly_price": "-1"}, "hourly_price"),
        ({"name": "x", "currency": "XXX", "hourly_price": "1"}, "currency"),
    ],
)
def test_a_wrong_offering_is_refused_beside_its_field(
    cloud: Cloud, body: dict[str, object], field: str
) -> None:
    assert error_of(cloud.staff.send("offerings/", body))[::2] == (400, field)
