"""What a person keeps of a list, and how long a list is about."""

from __future__ import annotations

import json
from typing import TypeVar

from django.db.models import Model, QuerySet

from accounts.companies.models import Company
from accounts.pages.models import ColumnChoice, Dismissal, SavedView
from accounts.people.models import User

Row = TypeVar("Row", bound=Model)
TELLING_DIGITS = 2


def views_of(user: User, company: Company) -> QuerySet[SavedView]:
    """The person's own views of this company's lists, the oldest first."""
    return SavedView.objects.filter(user=user, company=company)


def remembered_columns(user: User, company: Company, *, page: str) -> list[str]:
    """The columns that the person chose for the list; empty when they chose none."""
    choice = ColumnChoice.objects.filter(user=user, company=company, page=page).first()
    return choice.columns if choice else []


def has_dismissed(user: User, name: str) -> bool:
    """Whether the person has put this away."""
    return Dismissal.objects.filter(user=user, name=name).exists()


def about_count(rows: QuerySet[Row]) -> int:
    """How many rows the database expects, in two digits: 1 243 551 is 1 200 000. Reads no row."""
    [answer] = json.loads(rows.order_by().explain(format="json"))
    expected = int(answer["Plan"]["Plan Rows"])
    return round(expected, TELLING_DIGITS - len(str(expected)))
