"""Instances, addresses, their prices and estimates over the API."""

from __future__ import annotations

from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.permissions import AnyKey, StaffWrites
from accounts.access.views import ApiViewSet
from config import clock
from telecom.network.actions.holding import (
    acquire_address,
    create_instance,
    release_address,
    release_instance,
)
from telecom.network.actions.offering import (
    create_offering,
    set_address_prices,
    withdraw_offering,
)
from telecom.network.calc import AddressKind
from telecom.network.models import Address, Instance, Offering
from telecom.network.pricing import estimate
from telecom.network.queries import addresses, current_address_prices, instances
from telecom.network.serializers import (
    AddressEstimateInput,
    AddressInput,
    AddressOutput,
    AddressPriceInput,
    AddressPriceOutput,
    EstimateOutput,
    InstanceEstimateInput,
    InstanceInput,
    InstanceOutput,
    LinesByCompany,
    OfferingInput,
    OfferingOutput,
)

_DEFAULT, _ADDITIONAL = AddressKind.DEFAULT, AddressKind.ADDITIONAL
_SECONDARY = AddressKind.SECONDARY


class OfferingViewSet(ApiViewSet):
    """Kinds of instances: staff write, companies read what is on offer."""

    permission_classes = [StaffWrites]
    serializer_class = OfferingOutput
    queryset = Offering.objects.none()

    @extend_schema(operation_id="list_offerings", responses=OfferingOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(self._visible(), OfferingOutput)

    @extend_schema(
        operation_id="create_offering", request=OfferingInput, responses={201: OfferingOutput}
    )
    def create(self, request: Request) -> Response:
        fields = self.validated(OfferingInput).validated_data
        offering = create_offering(
            fields.pop("name"),
            is_custom=fields.pop("custom"),
            **fields,
            by=self.by,
            at=clock.now(),
        )
        return Response(OfferingOutput(offering).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="read_offering", responses=OfferingOutput)
    def retrieve(self, request: Request, offering_id: UUID) -> Response:
        return Response(OfferingOutput(self.found(self._visible(), pk=offering_id)).data)

    @extend_schema(operation_id="withdraw_offering", request=None, responses={204: None})
    def destroy(self, request: Request, offering_id: UUID) -> Response:
        """Nobody gets a new instance of it; those that run go on."""
        offering = self.found(self._visible(), pk=offering_id)
        withdraw_offering(offering, by=self.by, at=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _visible(self) -> QuerySet[Offering]:
        rows = Offering.objects.select_related("version").order_by("-created_at", "-id")
        return rows if self.principal.is_staff else rows.filter(is_on_offer=True)


class AddressPriceViewSet(ApiViewSet):
    """What an hour of an address costs in each currency."""

    permission_classes = [StaffWrites]
    serializer_class = AddressPriceOutput
    queryset = current_address_prices()

    @extend_schema(operation_id="list_address_prices", responses=AddressPriceOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(current_address_prices(), AddressPriceOutput)

    @extend_schema(
        operation_id="set_address_prices", request=AddressPriceInput, responses=AddressPriceOutput
    )
    def update(self, request: Request) -> Response:
        """Holds from now on, for all addresses; hours before keep their price."""
        fields = self.validated(AddressPriceInput).validated_data
        price = set_address_prices(**fields, by=self.by, at=clock.now())
        return Response(AddressPriceOutput(price).data)


class InstanceFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?company=`, `?offering=`."""

    class Meta:
        model = Instance
        fields = ["company", "offering"]


class InstanceViewSet(ApiViewSet):
    """Instances: the provider, and the company whose they are."""

    permission_classes = [AnyKey]
    filterset_class = InstanceFilter
    serializer_class = InstanceOutput
    queryset = instances()

    @extend_schema(operation_id="list_instances", responses=InstanceOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(self.scoped(instances()), InstanceOutput)

    @extend_schema(
        operation_id="create_instance", request=InstanceInput, responses={201: InstanceOutput}
    )
    def create(self, request: Request) -> Response:
        """Runs from now on, and is charged each full hour. An address is acquired by itself."""
        fields = self.validated(InstanceInput).validated_data
        instance = create_instance(
            fields["company"],
            fields["offering"],
            name=fields["name"],
            by=self.by,
            at=clock.now(),
        )
        return Response(InstanceOutput(instance).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="read_instance", responses=InstanceOutput)
    def retrieve(self, request: Request, instance_id: UUID) -> Response:
        return Response(InstanceOutput(self._instance(instance_id)).data)

    @extend_schema(operation_id="release_instance", request=None, responses={204: None})
    def destroy(self, request: Request, instance_id: UUID) -> Response:
        """Its default and secondary addresses go with it, additional ones stay."""
        release_instance(self._instance(instance_id).pk, by=self.by, at=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _instance(self, instance_id: UUID) -> Instance:
        return self.found(self.scoped(instances()), pk=instance_id)


class AddressFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?company=`, `?instance=`, `?kind=`."""

    instance = django_filters.UUIDFilter()

    class Meta:
        model = Address
        fields = ["company", "instance", "kind"]


class AddressViewSet(ApiViewSet):
    """Addresses: the provider, and the company that holds them."""

    permission_classes = [AnyKey]
    filterset_class = AddressFilter
    serializer_class = AddressOutput
    queryset = addresses()

    def get_serializer_context(self) -> dict[str, object]:
        return {**super().get_serializer_context(), "lines": LinesByCompany(at=clock.now())}

    @extend_schema(operation_id="list_addresses", responses=AddressOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(self.scoped(addresses()), AddressOutput)

    @extend_schema(
        operation_id="acquire_address", request=AddressInput, responses={201: AddressOutput}
    )
    def create(self, request: Request) -> Response:
        fields = self.validated(AddressInput).validated_data
        address = acquire_address(
            fields["company"],
            kind=AddressKind(fields["kind"]),
            instance=fields.get("instance"),
            by=self.by,
            at=clock.now(),
        )
        return self._answer(address.pk, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="read_address", responses=AddressOutput)
    def retrieve(self, request: Request, address_id: UUID) -> Response:
        return self._answer(address_id)

    @extend_schema(operation_id="release_address", request=None, responses={204: None})
    def destroy(self, request: Request, address_id: UUID) -> Response:
        release_address(self._address(address_id).pk, by=self.by, at=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _address(self, address_id: UUID) -> Address:
        return self.found(self.scoped(addresses()), pk=address_id)

    def _answer(self, address_id: UUID, *, status: int = status.HTTP_200_OK) -> Response:
        context = self.get_serializer_context()
        data = AddressOutput(self._address(address_id), context=context).data
        return Response(data, status=status)


class EstimateViewSet(ApiViewSet):
    """What something would cost if it were acquired now; nothing is acquired."""

    permission_classes = [AnyKey]
    serializer_class = EstimateOutput
    queryset = Instance.objects.none()

    @extend_schema(
        operation_id="estimate_instance", request=InstanceEstimateInput, responses=EstimateOutput
    )
    def of_instance(self, request: Request) -> Response:
        fields = self.validated(InstanceEstimateInput).validated_data
        kinds = [
            *[_DEFAULT] * fields["default_address"],
            *[_ADDITIONAL] * fields["additional_addresses"],
            *[_SECONDARY] * fields["secondary_addresses"],
        ]
        found = estimate(
            fields["company"], offering=fields["offering"], kinds=kinds, at=clock.now()
        )
        return Response(EstimateOutput(found).data)

    @extend_schema(
        operation_id="estimate_address", request=AddressEstimateInput, responses=EstimateOutput
    )
    def of_address(self, request: Request) -> Response:
        fields = self.validated(AddressEstimateInput).validated_data
        found = estimate(fields["company"], kinds=[AddressKind(fields["kind"])], at=clock.now())
        return Response(EstimateOutput(found).data)


urlpatterns = [
    path("offerings/", OfferingViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "offerings/<uuid:offering_id>/",
        OfferingViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
    ),
    path("address-prices/", AddressPriceViewSet.as_view({"get": "list", "put": "update"})),
    path("instances/", InstanceViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "instances/<uuid:instance_id>/",
        InstanceViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
    ),
    path("addresses/", AddressViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "addresses/<uuid:address_id>/",
        AddressViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
    ),
    path("estimates/instance/", EstimateViewSet.as_view({"post": "of_instance"})),
    path("estimates/address/", EstimateViewSet.as_view({"post": "of_address"})),
]
