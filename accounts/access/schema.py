"""The published OpenAPI: our errors, the idempotency header, one operation per route."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.serializers import Serializer

from accounts.access.authentication import ApiKeyAuthentication
from accounts.access.idempotency import HEADER, IdempotentWrites, is_key_required


class ErrorDetailSerializer(serializers.Serializer[dict[str, Any]]):
    """One thing that is wrong. A refusal may carry more fields, such as `missing`."""

    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class ErrorSerializer(serializers.Serializer[dict[str, Any]]):
    """Every error of the API."""

    type = serializers.ChoiceField(choices=["validation_error", "client_error", "server_error"])
    errors = serializers.ListField(child=ErrorDetailSerializer())  # type: ignore[assignment]


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How callers authenticate."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A staff key sees everything, a company's key its own company only.",
        }


_ERRORS = {
    "400": "The request is wrong: each error names its field.",
    "401": "The API key is missing, unknown or revoked.",
    "402": "The payment or the balance does not allow it.",
    "403": "The key may not do this.",
    "404": "There is no such thing, or it is somebody else's.",
    "405": "The route does not know this method.",
    "406": "The answer cannot be given in the format asked for.",
    "409": "It clashes with the state of things, or the idempotency key is taken.",
    "413": "The body is too big.",
    "415": "The content type is not accepted.",
    "429": "Too many calls: wait as `Retry-After` says.",
}
_ONLY_FOR_WRITES = {"402", "409", "413", "415"}


class ApiSchema(AutoSchema):
    """Adds to each operation what holds for all of them."""

    def get_override_parameters(
        self,
    ) -> list[OpenApiParameter | Serializer[Any] | type[Serializer[Any]]]:
        if self.method != "POST" or not isinstance(self.view, IdempotentWrites):
            return []
        handler = getattr(self.view, getattr(self.view, "action", None) or "post")
        return [
            OpenApiParameter(
                HEADER,
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                required=is_key_required(handler),
                description="The same key and body answer as the first time.",
            )
        ]

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        if direction == "response":
            for status, text in _ERRORS.items():
                if self._may_answer(status) and status not in bodies:
                    response = OpenApiResponse(ErrorSerializer, description=text)
                    bodies[status] = self._get_response_for_code(response, status)  # type: ignore[no-untyped-call]
        return bodies

    def _may_answer(self, status: str) -> bool:
        if status in _ONLY_FOR_WRITES:
            return self.method in ("POST", "PUT", "PATCH", "DELETE")
        return status != "404" or "{" in self.path
