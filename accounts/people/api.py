"""`companies/{id}/members/`: the team, over the API."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.views import CompanyViewSet
from accounts.people.actions import change_role, remove_member
from accounts.people.invitations import invite_member
from accounts.people.models import Invitation, Member, Role
from accounts.people.queries import members_of
from config.clock import now


class MemberSerializer(serializers.ModelSerializer[Member]):
    """A person of the company."""

    email = serializers.EmailField(source="user.email")
    name = serializers.CharField(source="user.get_full_name")

    class Meta:
        model = Member
        fields = ["id", "email", "name", "role", "joined_at"]


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """Somebody who has been asked by mail and becomes a member on accepting."""

    status = serializers.SerializerMethodField()

    class Meta:
        model = Invitation
        fields = ["id", "email", "role", "status", "invited_at", "expires_at"]

    def get_status(self, invitation: Invitation) -> str:
        return "invited"


class InviteSerializer(serializers.Serializer[dict[str, Any]]):
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=Role.choices)


class RoleSerializer(serializers.Serializer[dict[str, Any]]):
    role = serializers.ChoiceField(choices=Role.choices)


class MemberViewSet(CompanyViewSet):
    """Staff act as the owner, a company's key as an admin of the company."""

    queryset = Member.objects.none()

    @property
    def acting_as(self) -> Role:
        return Role.OWNER if self.principal.is_staff else Role.ADMIN

    @extend_schema(operation_id="list_members", responses=MemberSerializer(many=True))
    def list(self, request: Request, company_id: str) -> Response:
        return self.listed(members_of(self.company), MemberSerializer)

    @extend_schema(
        operation_id="invite_member",
        request=InviteSerializer,
        responses={201: InvitationSerializer},
    )
    def create(self, request: Request, company_id: str) -> Response:
        """Send an invitation; the person is a member once it is accepted."""
        wanted = self.validated(InviteSerializer).validated_data
        invitation = invite_member(
            self.company,
            email=wanted["email"],
            role=Role(wanted["role"]),
            acting_as=self.acting_as,
            by=self.by,
            at=now(),
        )
        return Response(InvitationSerializer(invitation).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="change_member_role", request=RoleSerializer, responses=MemberSerializer
    )
    def partial_update(self, request: Request, company_id: str, pk: str) -> Response:
        wanted = self.validated(RoleSerializer).validated_data
        member = change_role(
            self.found(members_of(self.company), pk=pk),
            role=Role(wanted["role"]),
            acting_as=self.acting_as,
            by=self.by,
            at=now(),
        )
        return Response(MemberSerializer(member).data)

    @extend_schema(operation_id="remove_member", responses={204: None})
    def destroy(self, request: Request, company_id: str, pk: str) -> Response:
        member = self.found(members_of(self.company), pk=pk)
        remove_member(member, acting_as=self.acting_as, by=self.by, at=now())
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [
    path(
        "companies/<uuid:company_id>/members/",
        MemberViewSet.as_view({"get": "list", "post": "create"}),
    ),
    path(
        "companies/<uuid:company_id>/members/<uuid:pk>/",
        MemberViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
    ),
]
