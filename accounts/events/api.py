"""`GET events/?after=`: the facts in order of publication, to catch up by."""

from __future__ import annotations

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.exceptions import Refused
from accounts.access.permissions import AnyKey
from accounts.access.views import ApiViewSet
from accounts.events.models import Event
from accounts.events.queries import published_events

LARGEST_POSITION = 2**63 - 1
LONGEST_POSITION = 19


class EventSerializer(serializers.ModelSerializer[Event]):
    """A fact. `data` depends on the type; amounts in it are strings."""

    class Meta:
        model = Event
        fields = ["id", "position", "type", "company", "data", "created_at"]


class EventViewSet(ApiViewSet):
    """A company's key sees its own events, a staff key all."""

    permission_classes = [AnyKey]
    queryset = Event.objects.none()

    @extend_schema(
        operation_id="list_events",
        parameters=[
            OpenApiParameter(
                "after",
                OpenApiTypes.INT64,
                description="Only events with a greater position; remember the last one you saw.",
            )
        ],
        responses=EventSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        events = published_events(after=_after(request))
        return self.listed(self.scoped(events), EventSerializer)


def _after(request: Request) -> int:
    text = request.query_params.get("after") or "0"
    position = (
        int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_POSITION else -1
    )
    if not 0 <= position <= LARGEST_POSITION:
        raise Refused("invalid_position", "A position: a whole number from 0.", attr="after")
    return position


urlpatterns = [path("events/", EventViewSet.as_view({"get": "list"}))]
