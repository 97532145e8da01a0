"""Payment intents by customer, time and metadata: how a lost attempt is found again."""

from __future__ import annotations

import re

from config.sandbox.gateway.intents import shown_intent, upstream_intent
from config.sandbox.gateway.objects import Answer, Json, a_list, invalid, whole_number
from config.sandbox.gateway.service import Gateway

TERM = re.compile(
    r"""(?:metadata\[(?P<q>['"])(?P<key>.+?)(?P=q)\]|(?P<field>customer|currency|id))"""
    r""":(?P<r>['"])(?P<value>.*?)(?P=r)"""
)
LARGEST_PAGE = 100


async def list_intents(gateway: Gateway, params: Json) -> Answer:
    """Newest first; `customer`, `created[gte]` and its like, `limit`, `starting_after`."""
    created = params.get("created", {})
    bounds = created if isinstance(created, dict) else {"gte": created, "lte": created}
    found = gateway.state.all("payment_intent", parent=params.get("customer"))
    chosen = [intent for intent in found if _is_within(intent["created"], bounds)]
    return Answer(200, await _page(gateway, chosen, params, url="/v1/payment_intents"))


async def search_intents(gateway: Gateway, params: Json) -> Answer:
    """`metadata['key']:'value' AND customer:'cus_…'`, a part of Stripe's search language."""
    terms = str(params.get("query", "")).split(" AND ")
    matches = [match for term in terms if (match := TERM.fullmatch(term.strip()))]
    if len(matches) != len(terms):
        raise invalid("We were unable to parse your search query.", param="query")
    found = gateway.state.all("payment_intent")
    chosen = [intent for intent in found if all(_fits(intent, match) for match in matches)]
    page = await _page(gateway, chosen, params, url="/v1/payment_intents/search")
    return Answer(200, page | {"object": "search_result", "next_page": None})


def _fits(intent: Json, match: re.Match[str]) -> bool:
    fields = intent["metadata"] if match["key"] else intent
    return bool(fields.get(match["key"] or match["field"]) == match["value"])


def _is_within(created: int, bounds: Json) -> bool:
    edges = {
        name: whole_number(value, param="created", digits=12) for name, value in bounds.items()
    }
    return (
        edges.get("gte", 0) <= created <= edges.get("lte", created)
        and edges.get("gt", -1) < created < edges.get("lt", created + 1)
    )  # fmt: skip


async def _page(gateway: Gateway, chosen: list[Json], params: Json, *, url: str) -> Json:
    limit = min(whole_number(params.get("limit", 10), param="limit"), LARGEST_PAGE)
    page = a_list(url, chosen, limit=limit, starting_after=params.get("starting_after"))
    live = [await upstream_intent(gateway, intent["id"], {}) for intent in page["data"]]
    return page | {"data": [shown_intent(gateway, intent, {}) for intent in live]}
