"""Events as the API lists them: the same that the webhooks carry."""

from __future__ import annotations

from config.sandbox.gateway import webhooks
from config.sandbox.gateway.objects import Answer, Json, a_list, missing, whole_number
from config.sandbox.gateway.service import Gateway


async def list_events(gateway: Gateway, params: Json) -> Answer:
    """Newest first, of one type where asked."""
    kind = params.get("type")
    bodies = [entry["body"] for entry in webhooks.log(gateway.state)]
    chosen = [body for body in bodies if kind in (None, body["type"])]
    limit = whole_number(params.get("limit", 10), param="limit")
    after = params.get("starting_after")
    return Answer(200, a_list("/v1/events", chosen, limit=limit, starting_after=after))


async def retrieve_event(gateway: Gateway, object_id: str, params: Json) -> Answer:
    for entry in webhooks.log(gateway.state):
        if entry["id"] == object_id:
            return Answer(200, entry["body"])
    raise missing("event", object_id)
