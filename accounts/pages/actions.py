"""Keeping, changing and forgetting views and columns of lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.companies.models import Company
from accounts.pages.exceptions import ViewNameTaken, ViewTooLong
from accounts.pages.models import LONGEST_QUERY, ColumnChoice, Dismissal, SavedView
from accounts.pages.queries import views_of
from accounts.people.models import User


@transaction.atomic
def save_view(
    user: User,
    company: Company,
    *,
    page: str,
    name: str,
    query: str,
    is_default: bool,
    at: datetime,
) -> SavedView:
    """Keep a way to look at a list. Raises `ViewNameTaken`, `ViewTooLong`."""
    view = SavedView(
        user=user,
        company=company,
        page=page,
        name=name,
        query=_short(query),
        is_default=is_default,
        created_at=at,
    )
    return _kept(view)


@transaction.atomic
def rename_view(view: SavedView, *, name: str, is_default: bool) -> SavedView:
    """Another name, and whether the list opens with it. Raises `ViewNameTaken`."""
    view.name, view.is_default = name, is_default
    return _kept(view)


def change_view(view: SavedView, *, query: str) -> None:
    """What the view shows from now on. Raises `ViewTooLong`."""
    view.query = _short(query)
    view.save(update_fields=["query"])


def delete_view(view: SavedView) -> None:
    view.delete()


def remember_columns(
    user: User, company: Company, *, page: str, columns: Sequence[str]
) -> ColumnChoice:
    """From now on the list shows these columns in this order."""
    choice, _ = ColumnChoice.objects.update_or_create(
        user=user, company=company, page=page, defaults={"columns": list(columns)}
    )
    return choice


def forget_columns(user: User, company: Company, *, page: str) -> None:
    """Back to the list's own columns."""
    ColumnChoice.objects.filter(user=user, company=company, page=page).delete()


def _short(query: str) -> str:
    if len(query) > LONGEST_QUERY:
        raise ViewTooLong
    return query


def _kept(view: SavedView) -> SavedView:
    """Written; the list opens with at most one view."""
    if view.is_default:
        others = views_of(view.user, view.company).filter(page=view.page).exclude(pk=view.pk)
        others.update(is_default=False)
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise ViewNameTaken from error
    return view


def dismiss(user: User, name: str, *, at: datetime) -> None:
    """The person has seen enough of it."""
    Dismissal.objects.bulk_create(
        [Dismissal(user=user, name=name, dismissed_at=at)], ignore_conflicts=True
    )


def bring_back(user: User, name: str) -> None:
    """The person wants to see it again."""
    Dismissal.objects.filter(user=user, name=name).delete()
