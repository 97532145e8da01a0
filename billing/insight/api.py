"""`companies/{id}/balance/` and `companies/{id}/statement/`."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.exceptions import Refused
from accounts.access.views import CompanyViewSet
from billing.insight.balances import balance_view
from billing.insight.serializers import BalanceOutput, StatementOutput
from billing.insight.statements import statement_of_account, statement_pdf
from billing.ledger.ranges import read_range
from config.clock import now

FORMATS = ("json", "pdf")


class BalanceViewSet(CompanyViewSet):
    """What stands on the account of a company."""

    serializer_class = BalanceOutput

    @extend_schema(operation_id="read_balance", responses=BalanceOutput)
    def retrieve(self, request: Request, company_id: str) -> Response:
        """The live balance, what feeds it, and when it runs out if use goes on as it did."""
        view = balance_view(self.company, at=now())
        context = {"is_staff": self.principal.is_staff}
        return Response(BalanceOutput(view, context=context).data)


class StatementViewSet(CompanyViewSet):
    """Statements of account."""

    serializer_class = StatementOutput

    @extend_schema(
        operation_id="read_statement",
        parameters=[
            OpenApiParameter("from", OpenApiTypes.STR, description="A day or an instant."),
            OpenApiParameter("to", OpenApiTypes.STR, description="A day, to its end, or instant."),
            OpenApiParameter("format", OpenApiTypes.STR, enum=FORMATS, default="json"),
        ],
        responses={
            (200, "application/json"): StatementOutput,
            (200, "application/pdf"): OpenApiTypes.BINARY,
        },
    )
    def retrieve(self, request: Request, company_id: str) -> HttpResponseBase:
        """Opening balance, movements, invoices, closing balance of any range of days."""
        at = now()
        asked = read_range(request.query_params.dict(), zone=self.company.zone)
        wanted = request.query_params.get("format", "json")
        if wanted not in FORMATS:
            raise Refused("invalid_choice", "The format is json or pdf.", attr="format")
        account = statement_of_account(self.company, asked, at=at)
        if wanted == "json":
            return Response(StatementOutput(account).data)
        return HttpResponse(
            statement_pdf(account, at=at),
            content_type="application/pdf",
            headers={"Content-Disposition": 'attachment; filename="statement.pdf"'},
        )


urlpatterns = [
    path("companies/<uuid:company_id>/balance/", BalanceViewSet.as_view({"get": "retrieve"})),
    path("companies/<uuid:company_id>/statement/", StatementViewSet.as_view({"get": "retrieve"})),
]
