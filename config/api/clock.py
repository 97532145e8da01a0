"""`sandbox/clock/`: read and move business time. In production these addresses do not exist."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.exceptions import Refused
from accounts.access.views import ApiViewSet
from accounts.jobs.durations import InvalidDuration
from accounts.jobs.exceptions import ClockIsBusy, MigrationsPending
from accounts.jobs.stepping import Lived, advance_clock
from config import clock
from config.moving import InvalidInstant, instant_in, instant_of
from config.schedule import JOBS


class NowSerializer(serializers.Serializer[dict[str, Any]]):
    now = serializers.DateTimeField()


class MoveSerializer(serializers.Serializer[dict[str, Any]]):
    """Either `to`, an instant, or `by`, a duration (P31D, P1M, PT36H)."""

    to = serializers.CharField(required=False)
    by = serializers.CharField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError("Say either `to` or `by`.")
        return attrs


class LivedSerializer(serializers.Serializer[Lived]):
    now = serializers.DateTimeField()
    jobs = serializers.DictField(child=serializers.IntegerField(), source="counts")
    failed = serializers.DictField(child=serializers.CharField())
    steps = serializers.IntegerField()


class ClockViewSet(ApiViewSet):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if not settings.SANDBOX_CLOCK_FILE:
            raise NotFound
        super().initial(request, *args, **kwargs)

    @extend_schema(responses=NowSerializer)
    def retrieve(self, request: Request) -> Response:
        """Business time."""
        return Response(NowSerializer({"now": clock.now()}).data)

    @extend_schema(request=MoveSerializer, responses={200: LivedSerializer})
    def create(self, request: Request) -> Response:
        """Move business time forward; answers when every job due on the way has run."""
        to = _instant(self.validated(MoveSerializer).validated_data)
        try:
            lived = advance_clock(JOBS, to=to)
        except clock.ClockMovesOnlyForward as error:
            raise Refused("clock_moves_only_forward", str(error), attr="to") from error
        except (ClockIsBusy, MigrationsPending) as error:
            raise Refused("clock_busy", str(error), status=409) from error
        return Response(LivedSerializer(lived).data)


def _instant(asked: dict[str, Any]) -> datetime:
    (attr, text) = next(iter(asked.items()))
    try:
        return instant_of(text) if attr == "to" else instant_in(text)
    except (InvalidInstant, InvalidDuration) as error:
        raise Refused(f"invalid_{attr}", str(error), attr=attr) from error


urlpatterns = [
    path("sandbox/clock/", ClockViewSet.as_view({"get": "retrieve", "post": "create"})),
]
