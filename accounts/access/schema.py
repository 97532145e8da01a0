"""The published OpenAPI: our errors, the idempotency header, one operation per route."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import Serializer

from accounts.access.authentication import ApiKeyAuthentication
from accounts.access.idempotency import HEADER, IdempotentWrites, is_key_required


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
    "404": "There is no such thing, it is somebody else's, or it is switched off.",
    "405": "The route does not know this method.",
    "409": "It clashes with the state of things, or the idempotency key is taken.",
    "413": "The body is too big.",
    "415": "The content type is not accepted.",
    "429": "Too many calls: wait as `Retry-After` says.",
    "503": "The gateway or the database does not answer now; the same key may be used again.",
}
_ERROR = {
    "type": "object",
    "description": "Every error of the API.",
    "required": ["type", "errors"],
    "properties": {
        "type": {"type": "string", "enum": ["validation_error", "client_error", "server_error"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "description": "A refusal may carry more fields, such as `missing`.",
                "required": ["code", "detail", "attr"],
                "properties": {
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                    "attr": {"type": "string", "nullable": True},
                },
            },
        },
    },
}
_ONLY_FOR_WRITES = {"402", "409", "413", "415", "503"}


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
            for status in _ERRORS:
                if status not in _ONLY_FOR_WRITES or self.method != "GET":
                    bodies.setdefault(status, {"$ref": f"#/components/responses/Error{status}"})
        return bodies


def add_error_responses(
    result: dict[str, Any],
    generator: object,
    request: object,
    public: bool,  # noqa: FBT001
) -> dict[str, Any]:
    """drf-spectacular's hook: the errors that operations refer to, described once."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Error"] = _ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    components["responses"] = {
        f"Error{status}": {"description": text, "content": content}
        for status, text in _ERRORS.items()
    }
    return result
