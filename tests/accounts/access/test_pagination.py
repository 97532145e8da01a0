"""Pages by cursor: every row once, in order, forwards and backwards, while rows come and go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.access.models import ApiKey
from tests.accounts.access.client import Api, staff_client
from tests.accounts.companies.rows import BORN


def _make_keys(count: int, *, days: int = 3) -> None:
    """`count` keys, many of them made at the same instant."""
    ApiKey.objects.bulk_create(
        ApiKey(
            name=str(number),
            is_staff=True,
            key_hash=f"hash {number}",
            prefix="tg_x",
            created_by="system",
            created_at=BORN + timedelta(days=number % days),
        )
        for number in range(count)
    )


def _walk(api: Api, limit: int, *, link: str = "next") -> list[str]:
    names: list[str] = []
    url: str | None = f"api-keys/?limit={limit}"
    while url:
        page = api.read(url).json()
        names += [row["name"] for row in page["results"]]
        url = page[link]
    return names


def test_the_first_page_has_fifty_rows_and_no_previous(staff_api: Api) -> None:
    _make_keys(60)
    page = staff_api.read("api-keys/").json()
    assert len(page["results"]) == 50
    assert page["previous"] is None
    assert len(staff_api.read(page["next"]).json()["results"]) == 11


@given(count=st.integers(0, 25), limit=st.integers(1, 27))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.django_db
def test_every_row_comes_once_and_in_order(count: int, limit: int) -> None:
    ApiKey.objects.all().delete()
    api = staff_client(name="caller")
    _make_keys(count)
    expected = list(ApiKey.objects.order_by("-created_at", "-id").values_list("name", flat=True))
    assert _walk(api, limit) == expected


def test_previous_leads_back_to_where_one_came_from(staff_api: Api) -> None:
    _make_keys(9)
    first = staff_api.read("api-keys/?limit=4").json()
    second = staff_api.read(first["next"]).json()
    third = staff_api.read(second["next"]).json()
    assert third["next"] is None
    assert staff_api.read(third["previous"]).json()["results"] == second["results"]
    back = staff_api.read(second["previous"]).json()
    assert back["results"] == first["results"]
    assert back["previous"] is None
    assert staff_api.read(back["next"]).json()["results"] == second["results"]


def test_rows_that_come_meanwhile_neither_repeat_nor_hide_others(staff_api: Api) -> None:
    _make_keys(6)
    first = staff_api.read("api-keys/?limit=3").json()
    ApiKey.objects.create(
        name="new", is_staff=True, key_hash="new", created_at=BORN + timedelta(days=900)
    )
    names = [row["name"] for row in first["results"]]
    rest = staff_api.read(first["next"]).json()["results"]
    assert not set(names) & {row["name"] for row in rest}
    assert "new" not in {row["name"] for row in rest}


def test_links_keep_the_filters(staff_api: Api) -> None:
    _make_keys(5)
    page = staff_api.read("api-keys/?limit=2&colour=red").json()
    assert "colour=red" in page["next"]
    assert "limit=2" in page["next"]
