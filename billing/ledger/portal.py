"""Transactions: the ledger as the customer sees it."""

from __future__ import annotations

import django_tables2 as tables
from django.db.models import F, Q, QuerySet
from django.db.models import Sum as Total
from django.http import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.access.permissions import Permission, requires
from accounts.access.principals import PortalRequest
from accounts.pages.columns import CellColumn
from accounts.pages.lists import Empty, ListPage, Sort, Sum
from billing.ledger.filters import TransactionFilter
from billing.ledger.models import Leg
from billing.ledger.queries import shown_legs
from config import clock


class TransactionTable(tables.Table):  # type: ignore[misc]
    at = CellColumn("when", accessor="entry.at", verbose_name=_("Date"))
    kind = CellColumn(accessor="entry.kind", place="key", verbose_name=_("Kind"))
    description = CellColumn("said", accessor="entry.description", verbose_name=_("Description"))
    document = CellColumn(accessor="entry.document", place="minor", verbose_name=_("Document"))
    amount = CellColumn("signed_money", place="figure", verbose_name=_("Amount"))
    balance_after = CellColumn(
        "money", accessor="shown_after", place="number", verbose_name=_("Balance after")
    )
    currency = CellColumn(visible=False, verbose_name=_("Currency"))

    class Meta:
        fields = ()


def _sums(legs: QuerySet[Leg]) -> list[Sum]:
    totals = (
        legs.order_by("account__currency")
        .values(currency=F("account__currency"))
        .annotate(
            came=Total("amount", filter=Q(amount__gt=0), default=0),
            went=Total("amount", filter=Q(amount__lt=0), default=0),
        )
    )
    return [
        sum_
        for row in totals
        for sum_ in (
            Sum(_t("In"), row["came"], row["currency"]),
            Sum(_t("Out"), row["went"], row["currency"]),
            Sum(_t("Change"), row["came"] + row["went"], row["currency"]),
        )
    ]


TRANSACTIONS = ListPage[Leg](
    filters=TransactionFilter,
    table=TransactionTable,
    sorts={"newest": Sort("at", ("-id",)), "oldest": Sort("at", ("id",))},
    default_sort="newest",
    empty=Empty(
        icon="arrows-exchange",
        title=_("No transactions yet"),
        text=_("Every movement of the balance appears here: payments, usage, fees, refunds."),
    ),
    name="transactions",
    sums=_sums,
)


@requires(Permission.SEE_MONEY)
def transactions(request: PortalRequest) -> HttpResponseBase:
    """Scoped by the account, which is the company's own."""
    legs = shown_legs(request.company, at=clock.now())
    return TRANSACTIONS.respond(
        request,
        legs.annotate(currency=F("account__currency")),
        template="billing/ledger/transactions.html",
    )


urlpatterns = [path("transactions/", transactions, name="transactions")]
