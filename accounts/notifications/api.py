"""`GET sandbox/mails/`: the sandbox's mailbox."""

from __future__ import annotations

from typing import Any

import django_filters
from django.conf import settings
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.views import ApiViewSet
from accounts.notifications.models import Mail
from accounts.notifications.queries import sent_mails


class MailSerializer(serializers.ModelSerializer[Mail]):
    """A mail as it was sent."""

    attachments = serializers.SlugRelatedField(  # type: ignore[var-annotated]
        slug_field="filename", many=True, read_only=True
    )

    class Meta:
        model = Mail
        fields = [
            "id",
            "to",
            "subject",
            "text",
            "html",
            "kind",
            "sent_at",
            "company",
            "attachments",
        ]


class MailFilter(django_filters.FilterSet):  # type: ignore[misc]
    to = django_filters.CharFilter(lookup_expr="iexact")
    kind = django_filters.CharFilter()
    company = django_filters.UUIDFilter(field_name="company_id")


class SandboxMailViewSet(ApiViewSet):
    """In production there is no such route: links in mails open doors."""

    filterset_class = MailFilter
    queryset = Mail.objects.none()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if not settings.SANDBOX:
            raise NotFound("There is no such route.")
        super().initial(request, *args, **kwargs)

    @extend_schema(operation_id="list_sandbox_mails", responses=MailSerializer(many=True))
    def list(self, request: Request) -> Response:
        """The mails sent so far, the newest first."""
        return self.listed(sent_mails().prefetch_related("attachments"), MailSerializer)


urlpatterns = [path("sandbox/mails/", SandboxMailViewSet.as_view({"get": "list"}))]
