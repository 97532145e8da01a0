"""Ctrl K: a customer, document, SIM or person by what one has in hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from accounts.companies.models import Company
from accounts.people.models import User
from billing.documents.models import Receipt
from billing.invoicing.models import Invoice
from billing.payments.models import Payment
from billing.subscriptions.models import Subscription
from billing.topups.models import TopUpInvoice
from telecom.sims.models import Sim

MOST_OF_A_KIND = 6
SHORTEST_NUMBER = 4


@dataclass(frozen=True)
class Shelf:
    """Rows of one kind that match, for those who may see them."""

    title: str
    icon: str
    rows: QuerySet[Model]


def search(request: HttpRequest, term: str) -> list[SearchResult]:
    """The first few of each kind; everything is found by an index or in a short table."""
    return [
        SearchResult(
            title=str(row),
            description=shelf.title,
            link=reverse(f"admin:{_name(shelf.rows.model)}_change", args=[row.pk]),
            icon=shelf.icon,
        )
        for shelf in _shelves(term.strip()[:100])
        if request.user.has_perm(_view(shelf.rows.model))
        for row in shelf.rows[:MOST_OF_A_KIND]
    ]


def _shelves(term: str) -> Iterator[Shelf]:
    companies = Company.objects.filter(Q(name__icontains=term) | Q(email__icontains=term))
    yield Shelf("Company", "apartment", companies.order_by("name"))
    yield Shelf("Invoice", "receipt_long", Invoice.objects.filter(number=term.upper()))
    top_ups = TopUpInvoice.objects.filter(number=term.upper())
    yield Shelf("Top-up invoice", "request_quote", top_ups.defer("content"))
    yield Shelf("Receipt", "receipt", Receipt.objects.filter(number=term.upper()))
    if len(term) >= SHORTEST_NUMBER:
        lines = Q(iccid=term) | Q(imsi=term) | Q(msisdn=term)
        yield Shelf("SIM", "sim_card", Sim.objects.filter(lines))
        yield Shelf("Subscription", "subscriptions", _of_subject(term))
        yield Shelf("Payment", "payments", Payment.objects.filter(gateway_reference=term))
    yield Shelf("Person", "person", User.objects.filter(email__istartswith=term).order_by("email"))


def _of_subject(term: str) -> QuerySet[Subscription]:
    return Subscription.objects.filter(keys__key=term).distinct().order_by("-id")


def _name(model: type[Model]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"


def _view(model: type[Model]) -> str:
    return f"{model._meta.app_label}.view_{model._meta.model_name}"
