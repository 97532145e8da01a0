"""Addresses under /api/ that lead nowhere."""

from __future__ import annotations

from typing import NoReturn

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView


@extend_schema(exclude=True)
class UnknownRoute(APIView):
    """404 in the shape of every other error, whatever the method."""

    authentication_classes = []
    permission_classes = []
    throttle_classes = []

    def initial(self, request: Request, *args: object, **kwargs: object) -> NoReturn:
        raise NotFound("There is no such route.")
