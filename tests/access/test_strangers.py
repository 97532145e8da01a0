"""Every address of the API and the portal, tried with another company's ids.

The addresses are read from the URL patterns: a new one with a parameter that `world.make_world`
does not know, or a new page without a guard, fails here until it is covered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.test import Client
from rest_framework.permissions import AllowAny

from accounts.access.idempotency import IdempotentWrites, is_key_required
from accounts.access.permissions import AnyKey
from billing.invoicing.exports import DATASETS
from telecom.network.models import Offering
from tests.access.routes import API, PORTAL, Route, routes_under
from tests.access.world import World, make_world
from tests.accounts.access.client import Api
from tests.factories import new_key

NOBODY = UUID("0190a5f0-0000-7000-8000-000000000000")
MARK, OWN = "Stranger7f3a", "Mine2b1c"

SHARED = {
    "api/v1/features/<slug:key>": "invoice_menu",
    "api/v1/exports/<slug:dataset>": "payments",
    "portal/invitations/<str:token>": "who-has-the-link-may",
    "portal/lists/<slug:page>": "transactions",
    "api/v1/offerings/<uuid:offering_id>": str(NOBODY),
}
"""Parameters that name nothing of a company."""

OPEN = {"api/v1/gateways/stripe/webhook/", "portal/invitations/<str:token>/"}
"""Addresses that ask for no key and no sign-in: a signature, a token in a link."""

SAME_FOR_ALL = {
    "api/v1/zones/",
    "api/v1/meters/",
    "api/v1/offerings/",
    "api/v1/address-prices/",
    "api/v1/currencies/",
    "api/v1/exchange-rates/",
}
"""Lists that are not about a company."""

API_ROUTES = routes_under(API)
PAGES = routes_under(PORTAL)


@dataclass(frozen=True)
class Two:
    """Me, and somebody else."""

    me: World
    other: World
    page: Client


@pytest.fixture
def two(db: None) -> Two:
    me, other = make_world(OWN), make_world(MARK)
    page = Client()
    page.force_login(me.member.user)
    return Two(me, other, page)


def _missing(routes: list[Route], known: dict[str, str]) -> set[str]:
    asked = {prefix for route in routes for prefix, _ in route.prefixes}
    return asked - set(known) - set(SHARED)


def _nobody(parameter: str) -> str:
    return str(NOBODY) if parameter.startswith("<uuid:") else "8944000000000000006"


def _fillings(route: Route, two: Two) -> Iterator[tuple[str, str]]:
    """The address with the stranger's ids, and the same with ids of nothing; then both with
    one's own company and what is inside it the stranger's."""
    strange = SHARED | two.other.ids
    nothing = SHARED | {prefix: _nobody(text) for prefix, text in route.prefixes}
    yield route.filled(strange), route.filled(nothing)
    company = "api/v1/companies/<uuid:company_id>"
    if len(route.prefixes) > 1 and company in strange:
        mine = {company: two.me.ids[company]}
        yield route.filled(strange | mine), route.filled(nothing | mine)


def _traces(world: World) -> list[str]:
    secret_ids = {value for value in world.ids.values() if value not in SHARED.values()}
    return [MARK, MARK.lower(), *secret_ids]


def _shows(world: World, content: bytes) -> list[str]:
    text = content.decode(errors="replace")
    return [trace for trace in _traces(world) if trace in text]


def test_every_parameter_is_covered(two: Two) -> None:
    assert _missing(API_ROUTES + PAGES, two.other.ids) == set()


def test_every_page_is_guarded() -> None:
    unguarded = {str(p) for p in PAGES if not hasattr(p.callback, "portal_permission")}
    assert unguarded == {str(page) for page in PAGES if str(page) in OPEN}


def test_without_a_key_or_sign_in_nothing_opens(db: None) -> None:
    client = Client()
    for route in API_ROUTES + PAGES:
        path = route.filled({prefix: _nobody(text) for prefix, text in route.prefixes})
        for method in route.methods:
            answer = getattr(client, method)(path)
            if str(route) in OPEN:
                assert answer.status_code < 500, f"{method} {path}"
            elif str(route).startswith(API):
                assert answer.status_code == 401, f"{method} {path}"
            else:
                assert answer.status_code in (302, 405), f"{method} {path}"
                assert "login" in answer.headers.get("Location", "login"), f"{method} {path}"


def test_a_strangers_id_is_like_an_id_of_nothing_to_the_api(two: Two) -> None:
    for route in API_ROUTES:
        if not route.prefixes or set(dict(route.prefixes)) <= set(SHARED):
            continue
        for strange, nothing in _fillings(route, two):
            for method in route.methods:
                seen = two.me.api.call(method, strange, {}, key=new_key())
                blank = two.me.api.call(method, nothing, {}, key=new_key())
                where = f"{method} {strange}"
                assert seen.status_code in (400, 403, 404), where
                assert seen.status_code == blank.status_code, where
                assert seen.json() == blank.json(), where
                assert not _shows(two.other, seen.content), where


def _readable_lists() -> list[Route]:
    return [route for route in API_ROUTES if not route.prefixes and "get" in route.methods]


def test_lists_of_the_api_hold_ones_own_rows_only(two: Two) -> None:
    for route in _readable_lists():
        for query in ("", f"?company={two.other.company.pk}", f"?subject={MARK}"):
            answer = two.me.api.read(f"/{route}{query}")
            assert answer.status_code in (200, 400, 403, 404), f"{route}{query}"
            rows = answer.content.replace(query.removeprefix("?").encode(), b"")
            assert not _shows(two.other, rows), f"{route}{query}"


def test_the_lists_do_hold_ones_own_rows(two: Two) -> None:
    """Or else the test above would prove nothing."""
    empty = set()
    for route in _readable_lists():
        answer = two.other.api.read(f"/{route}")
        if answer.status_code == 200 and not _shows(two.other, answer.content):
            empty.add(str(route))
    assert empty - SAME_FOR_ALL == set()


@pytest.mark.parametrize("dataset", sorted(DATASETS))
def test_exports_hold_ones_own_rows_only(two: Two, dataset: str) -> None:
    period = "from=2020-01-01&to=2040-01-01"
    for query in (period, f"{period}&company={two.other.company.pk}"):
        for kind in ("csv", "jsonl"):
            answer = two.me.api.read(f"exports/{dataset}/?{query}&format={kind}")
            body = b"".join(answer) if answer.streaming else answer.content
            assert not _shows(two.other, body.replace(query.encode(), b"")), f"{dataset} {query}"


def test_nothing_is_made_for_a_stranger(two: Two) -> None:
    company, subject = str(two.other.company.pk), {"subject": MARK}
    hold = {"amount": {"amount": "1.00", "currency": "USD"}, "expires_in": 60, "reference": "x"}
    offering = str(Offering.objects.values_list("pk", flat=True)[0])
    instance = two.other.ids["api/v1/instances/<uuid:instance_id>"]
    bodies: dict[str, list[dict[str, object]]] = {
        "api/v1/instances/": [{"company": company, "offering": offering, "name": "x"}],
        "api/v1/addresses/": [
            {"company": company, "kind": "additional"},
            {"kind": "secondary", "instance": instance},
        ],
        "api/v1/estimates/instance/": [{"company": company, "offering": offering}],
        "api/v1/estimates/address/": [{"company": company}],
        "api/v1/holds/": [hold | {"company": company}, hold | subject],
        "api/v1/usage/rejected/replay/": [{"source": MARK}],
    }
    for route in API_ROUTES:
        if route.prefixes or "post" not in route.methods or str(route) in OPEN:
            continue
        if AnyKey not in route.view.permission_classes:
            answer = two.me.api.send(f"/{route}", {"company": company}, key=new_key())
            assert answer.status_code == 403, str(route)
        elif str(route) != "api/v1/usage/":
            for body in bodies[str(route)]:
                answer = two.me.api.send(f"/{route}", body, key=new_key())
                assert answer.status_code in (400, 403, 404) or answer.json()["accepted"] == 0


def test_usage_for_a_strangers_subject_is_rejected(two: Two) -> None:
    record = {"id": "x", "subject": MARK, "started_at": "2026-03-10T00:00:00Z", "quantity": 1}
    answer = two.me.api.send("usage/", {"source": "s", "records": [record]}).json()
    assert answer["accepted"] == 0
    assert answer["rejected"][0]["code"] == "unknown_subject"


def test_a_strangers_id_is_like_an_id_of_nothing_to_the_portal(two: Two) -> None:
    for page in PAGES:
        if not page.prefixes or set(dict(page.prefixes)) <= set(SHARED):
            continue
        for strange, nothing in _fillings(page, two):
            for method in ("get", "post"):
                seen, blank = (getattr(two.page, method)(path) for path in (strange, nothing))
                assert seen.status_code in (403, 404, 405), f"{method} {strange}"
                assert seen.status_code == blank.status_code, f"{method} {strange}"
                assert not _shows(two.other, seen.content), f"{method} {strange}"


def test_pages_hold_ones_own_rows_only(two: Two) -> None:
    for page in PAGES:
        if page.prefixes:
            continue
        for query in ("", f"?company={two.other.company.pk}&q={MARK}"):
            answer = two.page.get(f"/{page}{query}")
            assert answer.status_code in (200, 302, 400, 404, 405), f"{page}{query}"
            if not query:
                body = b"".join(answer) if answer.streaming else answer.content
                assert not _shows(two.other, body), str(page)


NEED_A_KEY = {
    "api/v1/companies/<uuid:company_id>/activation/",
    "api/v1/companies/<uuid:company_id>/close/",
    "api/v1/companies/<uuid:company_id>/recharges/",
    "api/v1/companies/<uuid:company_id>/top-up-invoices/",
    "api/v1/companies/<uuid:company_id>/top-up-invoices/<uuid:pk>/pay/",
    "api/v1/companies/<uuid:company_id>/top-up-invoices/<uuid:pk>/void/",
    "api/v1/payments/",
    "api/v1/payments/<uuid:pk>/refund/",
    "api/v1/invoices/<uuid:invoice_id>/pay/",
    "api/v1/invoices/<uuid:invoice_id>/void/",
    "api/v1/invoices/<uuid:invoice_id>/credit-notes/",
    "api/v1/holds/",
    "api/v1/holds/<uuid:hold_id>/commit/",
    "api/v1/adjustments/",
}
"""contract.md: what moves money or quantity."""


def test_what_moves_money_needs_an_idempotency_key_and_all_else_takes_one() -> None:
    needing = set()
    for route in API_ROUTES:
        if "post" not in route.methods or AllowAny in route.view.permission_classes:
            continue
        assert issubclass(route.view, IdempotentWrites), str(route)
        handler = getattr(route.view, route.callback.actions["post"])
        if is_key_required(handler):
            needing.add(str(route))
    assert needing >= NEED_A_KEY, NEED_A_KEY - needing


def test_a_staff_key_opens_what_a_company_key_does_not(two: Two, staff_api: Api) -> None:
    for prefix, value in two.other.ids.items():
        if prefix == "api/v1/companies/<uuid:company_id>":
            assert staff_api.read(f"companies/{value}/").json()["name"] == MARK
