"""A route to try the frame with: it counts its work and answers as it is told."""

from __future__ import annotations

from threading import Event, Lock
from typing import Any

from django.urls import include, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.exceptions import Refused
from accounts.access.idempotency import idempotent
from accounts.access.permissions import AnyKey
from accounts.access.views import ApiViewSet


class Bench:
    """What the work did, and the door that holds it up."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.reset()

    def reset(self) -> None:
        self.done: list[str] = []
        self.begun = Event()
        self.may_end = Event()
        self.may_end.set()


bench = Bench()


class OrderSerializer(serializers.Serializer[dict[str, Any]]):
    amount = serializers.CharField()
    refusal = serializers.CharField(required=False)


@extend_schema(exclude=True)
class TrialViewSet(ApiViewSet):
    permission_classes = [AnyKey]

    @idempotent(required=True)
    def create(self, request: Request, name: str = "") -> Response:
        order = self.validated(OrderSerializer).validated_data
        bench.begun.set()
        bench.may_end.wait(timeout=20)
        with bench.lock:
            bench.done.append(self.key)
            number = len(bench.done)
        match order.get("refusal"):
            case "declined":
                detail = "The card was declined."
                raise Refused("card_declined", detail, status=402, extra={"decline_code": "stolen"})
            case "conflict":
                raise Refused("busy", "Not now.", status=409)
            case "broken":
                raise RuntimeError("a fault of ours")
        return Response({"number": number, "amount": order["amount"]}, status=201)


urlpatterns = [
    path("api/v1/trial/", TrialViewSet.as_view({"post": "create"})),
    path("api/v1/trial/<str:name>/", TrialViewSet.as_view({"post": "create"})),
    path("", include("config.urls")),
]
