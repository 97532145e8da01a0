"""`companies/{id}/api-keys/` and `api-keys/`: keys, shown once."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.actions import create_api_key, revoke_api_key
from accounts.access.idempotency import idempotent
from accounts.access.models import ApiKey
from accounts.access.queries import api_keys
from accounts.access.views import ApiViewSet, CompanyViewSet
from config.clock import now


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    """A key as it is listed: its beginning only."""

    class Meta:
        model = ApiKey
        fields = [
            "id",
            "name",
            "company",
            "is_staff",
            "prefix",
            "created_by",
            "created_at",
            "last_used_at",
            "revoked_at",
        ]


class NewApiKeySerializer(ApiKeySerializer):
    """A key just made; `key` is never shown again, so a replayed answer has null there."""

    key = serializers.CharField(source="secret", allow_null=True)

    class Meta(ApiKeySerializer.Meta):
        fields = [*ApiKeySerializer.Meta.fields, "key"]


class NameSerializer(serializers.Serializer[dict[str, Any]]):
    name = serializers.CharField(max_length=100)


class CompanyKeyViewSet(CompanyViewSet):
    """The keys of one company."""

    queryset = ApiKey.objects.none()

    @extend_schema(operation_id="list_company_api_keys", responses=ApiKeySerializer(many=True))
    def list(self, request: Request, company_id: str) -> Response:
        return self.listed(api_keys(self.company.pk), ApiKeySerializer)

    @idempotent(required=False, shown_once="key")
    @extend_schema(
        operation_id="create_company_api_key",
        request=NameSerializer,
        responses={201: NewApiKeySerializer},
    )
    def create(self, request: Request, company_id: str) -> Response:
        """Make a key. The answer is the only place where it stands in full."""
        name = self.validated(NameSerializer).validated_data["name"]
        key, secret = create_api_key(
            company=self.company, name=name, by=self.by, at=now(), address=self.address
        )
        return _new_key(key, secret)

    @extend_schema(operation_id="revoke_company_api_key", responses={204: None})
    def destroy(self, request: Request, company_id: str, pk: str) -> Response:
        key = self.found(api_keys(self.company.pk), pk=pk)
        revoke_api_key(key, by=self.by, at=now(), address=self.address)
        return Response(status=status.HTTP_204_NO_CONTENT)


class StaffKeyViewSet(ApiViewSet):
    """The provider's own keys."""

    queryset = ApiKey.objects.none()

    @extend_schema(operation_id="list_staff_api_keys", responses=ApiKeySerializer(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(api_keys(None), ApiKeySerializer)

    @idempotent(required=False, shown_once="key")
    @extend_schema(
        operation_id="create_staff_api_key",
        request=NameSerializer,
        responses={201: NewApiKeySerializer},
    )
    def create(self, request: Request) -> Response:
        """Make a staff key. The answer is the only place where it stands in full."""
        name = self.validated(NameSerializer).validated_data["name"]
        key, secret = create_api_key(
            company=None, name=name, by=self.by, at=now(), address=self.address
        )
        return _new_key(key, secret)

    @extend_schema(operation_id="revoke_staff_api_key", responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        key = self.found(api_keys(None), pk=pk)
        revoke_api_key(key, by=self.by, at=now(), address=self.address)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _new_key(key: ApiKey, secret: str) -> Response:
    data = {**ApiKeySerializer(key).data, "key": secret}
    return Response(data, status=status.HTTP_201_CREATED)


urlpatterns = [
    path(
        "companies/<uuid:company_id>/api-keys/",
        CompanyKeyViewSet.as_view({"get": "list", "post": "create"}),
    ),
    path(
        "companies/<uuid:company_id>/api-keys/<uuid:pk>/",
        CompanyKeyViewSet.as_view({"delete": "destroy"}),
    ),
    path("api-keys/", StaffKeyViewSet.as_view({"get": "list", "post": "create"})),
    path("api-keys/<uuid:pk>/", StaffKeyViewSet.as_view({"delete": "destroy"})),
]
