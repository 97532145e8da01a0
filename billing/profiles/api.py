"""`companies/`: staff open accounts and change terms, a company's key reads its own."""

from __future__ import annotations

from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.exceptions import Refused
from accounts.access.permissions import StaffWrites
from accounts.access.views import ApiViewSet
from accounts.access.views import CompanyViewSet as OwnCompanyViewSet
from accounts.companies.models import Company
from billing.profiles.actions import (
    add_account_plan,
    change_account,
    choose_currencies,
    open_account,
)
from billing.profiles.models import AccountPlan, BillingProfile, BillingType, ContractType
from billing.profiles.offering import CHOSEN_CURRENCIES, check_offer
from billing.profiles.queries import account_plans, profile_of, profiles
from billing.profiles.serializers import (
    PARTICULARS,
    TERMS,
    AccountPlanInput,
    AccountPlanOutput,
    ChosenCurrencies,
    CompanyInput,
    CompanyOutput,
)
from config.clock import now

CURRENCIES = ("currency", *CHOSEN_CURRENCIES)
STATUS_ROUTES = "The status is changed by suspend/, reactivate/ and close/."


class CompanyFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?status=`, `?category=`, `?country=`, `?currency=`, `?billing_type=`, `?email=`."""

    status = django_filters.ChoiceFilter("company__status", choices=Company.Status.choices)
    category = django_filters.ChoiceFilter("company__category", choices=Company.Category.choices)
    country = django_filters.CharFilter("company__country", max_length=2)
    email = django_filters.CharFilter("company__email", lookup_expr="iexact", max_length=254)
    currency = django_filters.CharFilter(max_length=3)
    billing_type = django_filters.ChoiceFilter(choices=BillingType.choices)


class CompanyViewSet(ApiViewSet):
    """Companies with how they are billed."""

    permission_classes = [StaffWrites]
    filterset_class = CompanyFilter
    serializer_class = CompanyOutput
    queryset = BillingProfile.objects.none()

    @extend_schema(operation_id="list_companies", responses=CompanyOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(self._visible(), CompanyOutput)

    @extend_schema(
        operation_id="open_account", request=CompanyInput, responses={201: CompanyOutput}
    )
    def create(self, request: Request) -> Response:
        """Open an account; a company that staff make is active at once. 400
        `billing_type_not_offered`, `contract_type_off`, `only_default_currency`,
        `currency_not_offered` for what is not on offer."""
        fields, at = self.validated(CompanyInput).validated_data, now()
        check_offer(
            category=fields["category"],
            billing_type=fields["billing_type"],
            contract_type=fields.get("contract_type", ContractType.PAYG),
            currencies={name: fields[name] for name in CURRENCIES if name in fields},
            at=at,
        )
        company = open_account(**fields, by=self.by, at=at)
        return self._answer(str(company.pk), status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="read_company", responses=CompanyOutput)
    def retrieve(self, request: Request, company_id: str) -> Response:
        return self._answer(company_id)

    @extend_schema(operation_id="change_company", request=CompanyInput, responses=CompanyOutput)
    def partial_update(self, request: Request, company_id: str) -> Response:
        """Change particulars and terms; the currency only before the first transaction (400
        `currency_fixed`), and only to one that is on offer."""
        profile = self.found(self._visible(), pk=company_id)
        body = CompanyInput(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        asked = dict(request.data).get("status", profile.company.status)
        if asked != profile.company.status:
            raise Refused("status_has_its_own_route", STATUS_ROUTES, attr="status")
        fields = body.validated_data
        change_account(
            profile.company,
            particulars={name: fields[name] for name in PARTICULARS if name in fields},
            terms={name: fields[name] for name in TERMS if name in fields},
            by=self.by,
            at=now(),
        )
        return self._answer(company_id)

    def _visible(self) -> QuerySet[BillingProfile]:
        return self.scoped(profiles(), path="pk")

    def _answer(self, company_id: str, *, status: int = status.HTTP_200_OK) -> Response:
        profile = self.found(self._visible(), pk=company_id)
        return Response(CompanyOutput(profile).data, status=status)


class ChosenCurrenciesViewSet(OwnCompanyViewSet):
    """What a customer sees and pays in besides the currency of its account."""

    serializer_class = ChosenCurrencies
    queryset = BillingProfile.objects.none()

    @extend_schema(operation_id="read_chosen_currencies", responses=ChosenCurrencies)
    def retrieve(self, request: Request, company_id: UUID) -> Response:
        return Response(ChosenCurrencies(profile_of(self.company.pk)).data)

    @extend_schema(
        operation_id="choose_currencies", request=ChosenCurrencies, responses=ChosenCurrencies
    )
    def update(self, request: Request, company_id: UUID) -> Response:
        """An empty one is the account's own. 400 `only_default_currency`, `currency_not_offered`
        for what is not on offer."""
        fields = self.validated(ChosenCurrencies).validated_data
        profile = choose_currencies(self.company, **fields, by=self.by, at=now())
        return Response(ChosenCurrencies(profile).data)


class AccountPlanViewSet(ApiViewSet):
    """Plans for companies as a whole: their monthly commitment."""

    serializer_class = AccountPlanOutput
    queryset = AccountPlan.objects.none()

    @extend_schema(operation_id="list_account_plans", responses=AccountPlanOutput(many=True))
    def list(self, request: Request) -> Response:
        return self.listed(account_plans(), AccountPlanOutput)

    @extend_schema(
        operation_id="add_account_plan",
        request=AccountPlanInput,
        responses={201: AccountPlanOutput},
    )
    def create(self, request: Request) -> Response:
        fields = self.validated(AccountPlanInput).validated_data
        plan = add_account_plan(**fields, by=self.by, at=now())
        return Response(AccountPlanOutput(plan).data, status=status.HTTP_201_CREATED)


urlpatterns = [
    path("account-plans/", AccountPlanViewSet.as_view({"get": "list", "post": "create"})),
    path("companies/", CompanyViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "companies/<uuid:company_id>/",
        CompanyViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
    ),
    path(
        "companies/<uuid:company_id>/currencies/",
        ChosenCurrenciesViewSet.as_view({"get": "retrieve", "put": "update"}),
    ),
]
