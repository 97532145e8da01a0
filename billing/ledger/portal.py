"""Transactions: the ledger as the customer sees it."""

from __future__ import annotations

import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.db.models import Sum as Total
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.access.permissions import Permission, requires
from accounts.access.principals import PortalRequest
from accounts.access.queries import scoped
from accounts.lists.columns import CellColumn
from accounts.lists.portal import Empty, ListPage, Sort, Sum
from billing.ledger.filters import TransactionFilter
from billing.ledger.models import Account, Leg
from billing.ledger.queries import customer_accounts


class TransactionTable(tables.Table):  # type: ignore[misc]
    at = CellColumn("when", accessor="entry.at", verbose_name=_("Date"))
    description = CellColumn(
        "transaction", accessor="entry.description", place="key", empty_values=(), verbose_name=_("Description")
    )
    kind = CellColumn(accessor="entry.kind", place="minor", verbose_name=_("Kind"))
    document = CellColumn(accessor="entry.document", place="minor", verbose_name=_("Document"))
    amount = CellColumn("signed_money", currency="currency", place="figure", verbose_name=_("Amount"))
    balance_after = CellColumn("money", place="number", verbose_name=_("Balance after"))
    currency = CellColumn(place="minor", verbose_name=_("Currency"))

    class Meta:
        fields = ()
