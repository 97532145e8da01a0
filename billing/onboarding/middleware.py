"""An account that waits for its activation has one page: the activation."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import resolve

from accounts.access.queries import member_for
from accounts.companies.models import Company

GetResponse = Callable[[HttpRequest], HttpResponseBase]

PORTAL = "/portal/"
OPEN_TO_PENDING = frozenset(
    {
        "activation",
        "activation-terms",
        "activation-deposit",
        "payment",
        "payment-return",
        "payment-confirm",
        "receipt",
        "switch-company",
        "invitation",
    }
)


def pending_company_middleware(get_response: GetResponse) -> GetResponse:
    """Every other page of the portal leads there, until the account is active."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(PORTAL) and _waits(request):
            return redirect("portal:activation")
        return get_response(request)

    return middleware


def _waits(request: HttpRequest) -> bool:
    if not request.user.is_authenticated:
        return False
    member = member_for(request)
    if member is None or member.company.status != Company.Status.PENDING or member.is_looking_on:
        return False
    return resolve(request.path).url_name not in OPEN_TO_PENDING
