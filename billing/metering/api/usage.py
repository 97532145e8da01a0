"""Usage and its rejects over the API."""

from __future__ import annotations

from typing import Any, cast

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.permissions import AnyKey
from accounts.access.views import ApiViewSet
from billing.metering.actions import IngestResult, ingest
from billing.metering.filters import RejectFilter
from billing.metering.models import Charge, UsageReject
from billing.metering.parsers import Body, CsvParser, NdjsonParser, RecordsJSONParser
from billing.metering.queries import (
    charges_of_batches,
    open_rejects,
)
from billing.metering.replay import replay
from billing.metering.serializers import (
    ChargeOutput,
    RejectionOutput,
    RejectOutput,
    ReplayInput,
    SourceInput,
    UsageInput,
    UsageOutput,
    UsageSchema,
)
from config import clock

RECORDS_ANSWERED = 100
SOURCE = OpenApiParameter("source", OpenApiTypes.STR, description="For NDJSON and CSV.")
RANGE = [
    OpenApiParameter("from", OpenApiTypes.STR, description="A day or an instant."),
    OpenApiParameter("to", OpenApiTypes.STR, description="A day, to its end, or an instant."),
]


class UsageViewSet(ApiViewSet):
    """Usage records: rated and committed when the answer comes."""

    permission_classes = [AnyKey]
    parser_classes = [RecordsJSONParser, NdjsonParser, CsvParser]
    serializer_class = UsageOutput
    queryset = Charge.objects.none()

    @extend_schema(
        operation_id="send_usage",
        parameters=[SOURCE],
        request={
            "application/json": UsageSchema,
            "application/x-ndjson": OpenApiTypes.STR,
            "text/csv": OpenApiTypes.STR,
        },
        responses={200: UsageOutput},
    )
    def create(self, request: Request) -> Response:
        """Bad records are rejected one by one; 400 only when the envelope is wrong."""
        fields = self._envelope(request)
        result = ingest(
            fields["records"],
            source=fields["source"],
            scope=self.principal.company_id,
            at=clock.now(),
        )
        return Response(_answer(result, shown=len(fields["records"]) <= RECORDS_ANSWERED))

    def _envelope(self, request: Request) -> dict[str, Any]:
        if request.content_type.startswith("application/json"):
            return dict(self.validated(UsageInput).validated_data)
        source = SourceInput(data=request.query_params.dict())
        source.is_valid(raise_exception=True)
        if "records" not in request.data:  # an empty body is read by no parser
            raise ValidationError({"records": ["The body is empty."]}, code="required")
        return {
            "source": source.validated_data["source"],
            "records": cast("Body", request.data)["records"],
        }


class RejectViewSet(ApiViewSet):
    """Records that could not be rated; nothing is dropped."""

    permission_classes = [AnyKey]
    filterset_class = RejectFilter
    serializer_class = RejectOutput
    queryset = UsageReject.objects.none()

    @extend_schema(operation_id="list_rejected_usage", responses=RejectOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(self.scoped(open_rejects()), RejectOutput)

    @extend_schema(operation_id="replay_rejected_usage", request=ReplayInput, responses=UsageOutput)
    def replay(self, request: Request) -> Response:
        """Rate rejects again after their cause was mended."""
        wanted = self.validated(ReplayInput).validated_data
        rows = self.scoped(open_rejects())
        if "ids" in wanted:
            rows = rows.filter(pk__in=wanted["ids"])
        for name in ("code", "source"):
            if name in wanted:
                rows = rows.filter(**{name: wanted[name]})
        results = replay(rows, at=clock.now())
        return Response(
            {
                "accepted": sum(result.accepted for result in results),
                "duplicates": sum(result.duplicates for result in results),
                "conflicts": sum(result.conflicts for result in results),
                "rejected": [
                    RejectionOutput(part).data for result in results for part in result.rejected
                ],
            }
        )


def _answer(result: IngestResult, *, shown: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "accepted": result.accepted,
        "duplicates": result.duplicates,
        "conflicts": result.conflicts,
        "rejected": RejectionOutput(result.rejected, many=True).data,
    }
    if shown:
        rated = charges_of_batches(result.prefixes) if result.accepted else Charge.objects.none()
        answer["charges"] = ChargeOutput(rated, many=True).data
    return answer


urlpatterns = [
    path("usage/", UsageViewSet.as_view({"post": "create"})),
    path("usage/rejected/", RejectViewSet.as_view({"get": "list"})),
    path("usage/rejected/replay/", RejectViewSet.as_view({"post": "replay"})),
]
