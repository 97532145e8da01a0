"""What every API view stands on.

A route with a company in it: `path("companies/<uuid:company_id>/recharges/",
RechargeViewSet.as_view({"get": "list", "post": "create"}))`, the class a `CompanyViewSet`.
Lists: `return self.listed(queryset, RechargeSerializer)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.viewsets import GenericViewSet

from accounts.access.addresses import address_of
from accounts.access.idempotency import IdempotentWrites, action_key
from accounts.access.permissions import AnyKey
from accounts.access.principals import Principal
from accounts.access.queries import scoped, visible_companies
from accounts.companies.models import Company

Row = TypeVar("Row", bound=Model)
Input = TypeVar("Input", bound=Serializer[Any])


class ApiViewSet(IdempotentWrites, GenericViewSet[Any]):
    """Authenticated by key, staff only unless `permission_classes` says otherwise."""

    @property
    def principal(self) -> Principal:
        return cast("Principal", self.request.user)

    @property
    def by(self) -> str:
        """The actor label for actions."""
        return self.principal.label

    @property
    def key(self) -> str:
        """The idempotency key for actions, see `action_key`."""
        return action_key(self.request)

    @property
    def address(self) -> str | None:
        """Where the request came from, for the audit trail."""
        return address_of(self.request)

    def validated(self, serializer_class: type[Input]) -> Input:
        """The body, checked; a 400 that names each field otherwise."""
        serializer = serializer_class(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return serializer

    def scoped(self, queryset: QuerySet[Row], *, path: str = "company") -> QuerySet[Row]:
        """Only the rows that the caller may see."""
        return scoped(queryset, self.principal, path=path)

    def found(self, queryset: QuerySet[Row], **lookup: object) -> Row:
        """The one row, or 404."""
        row = queryset.filter(**lookup).first()
        if row is None:
            raise NotFound
        return row

    def listed(
        self, queryset: QuerySet[Row], serializer_class: type[BaseSerializer[Any]]
    ) -> Response:
        """One page of the list, filtered by the view's `filterset_class`."""
        page: Sequence[Row] = self.paginate_queryset(self.filter_queryset(queryset)) or ()
        serializer = serializer_class(page, many=True, context=self.get_serializer_context())
        return self.get_paginated_response(serializer.data)


class CompanyViewSet(ApiViewSet):
    """Routes under `companies/<uuid:company_id>/`: `self.company` is it, or the answer is 404."""

    permission_classes = [AnyKey]
    company: Company

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.company = self.found(visible_companies(self.principal), pk=kwargs["company_id"])
