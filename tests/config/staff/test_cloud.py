"""Offerings, address prices, instances and addresses, as staff handle them in the admin."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from telecom.network.models import Address, AddressPrice, Instance, Offering
from tests.config.staff.people import staff_client_of
from tests.factories import make_company

pytestmark = pytest.mark.django_db


def test_the_catalog_offers_and_withdraws_and_sets_prices() -> None:
    client = staff_client_of("catalog")
    add = reverse("admin:telecom_offering_add")
    both = {"name": "Small", "currency": "USD", "hourly_price": "0.10", "monthly_fee": "10"}
    assert client.post(add, both).status_code == 422
    assert client.post(add, both | {"monthly_fee": ""}).status_code == 302
    offering = Offering.objects.get()
    assert (offering.hourly_price, offering.monthly_fee) == (Decimal("0.1"), None)
    client.post(f"/admin/telecom/offering/{offering.pk}/withdraw/")
    offering.refresh_from_db()
    assert not offering.is_on_offer
    prices = {"currency": "USD", "public": "0.005", "secondary": "-1"}
    add = reverse("admin:telecom_addressprice_add")
    assert client.post(add, prices).status_code == 422
    assert client.post(add, prices | {"secondary": "0.002"}).status_code == 302
    assert AddressPrice.objects.get().public == Decimal("0.005")


def test_operations_runs_and_releases() -> None:
    catalog, client = staff_client_of("catalog"), staff_client_of("operations")
    small = {"name": "Small", "currency": "USD", "hourly_price": "0.10"}
    catalog.post(reverse("admin:telecom_offering_add"), small)
    prices = {"currency": "USD", "public": "0.005", "secondary": "0.002"}
    catalog.post(reverse("admin:telecom_addressprice_add"), prices)
    company = str(make_company().pk)
    body = {"company": company, "offering": str(Offering.objects.get().pk), "name": "web"}
    assert client.post(reverse("admin:telecom_instance_add"), body).status_code == 302
    instance = Instance.objects.get()
    body = {"company": company, "kind": "default", "instance": str(instance.pk)}
    assert client.post(reverse("admin:telecom_address_add"), body).status_code == 302
    address = Address.objects.get()
    assert client.post(f"/admin/telecom/address/{address.pk}/release/").status_code == 302
    assert client.post(f"/admin/telecom/instance/{instance.pk}/release/").status_code == 302
    assert not Instance.objects.filter(released_at=None).exists()
    lists = ("offering", "addressprice", "instance", "address")
    codes = [client.get(f"/admin/telecom/{model}/").status_code for model in lists]
    assert codes == [403, 403, 200, 200]
    for model in ("instance", "address"):
        for query in ("o=1", "o=4", "o=5", "q=web"):
            assert client.get(f"/admin/telecom/{model}/?{query}").status_code == 200, query
    assert client.get(f"/admin/telecom/instance/{instance.pk}/change/").status_code == 200
