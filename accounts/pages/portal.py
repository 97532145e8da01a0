"""Choosing the columns of a list, and keeping views of it. Works on every list alike."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from accounts.access.exceptions import Refused
from accounts.access.permissions import requires
from accounts.access.principals import PortalRequest
from accounts.access.queries import scoped
from accounts.pages.actions import (
    change_view,
    delete_view,
    forget_columns,
    remember_columns,
    rename_view,
    save_view,
)
from accounts.pages.choosing import known_columns, moved, offers, standard_columns
from accounts.pages.confirmation import confirmation, is_confirmed
from accounts.pages.forms import ViewForm
from accounts.pages.lists import COLUMNS, ListPage, list_page
from accounts.pages.models import SavedView
from accounts.pages.queries import views_of
from accounts.pages.refusals import show_refusal
from config import clock

STEPS = {"up": -1, "down": 1}


@requires(None)
def columns(request: PortalRequest, page: str) -> HttpResponseBase:
    """Which columns a list shows. The arrows move one and show the form again, unsaved."""
    listed, query = _list_or_404(page), _query(request)
    shown = listed.chosen_columns(request, query) or standard_columns(listed.table)
    if request.method != "POST":
        return _column_form(request, listed, shown, order=shown)
    chosen = known_columns(listed.table, request.POST.getlist(COLUMNS))
    for act, steps in STEPS.items():
        if act in request.POST:
            order = known_columns(listed.table, request.POST.getlist("order"))
            order = moved(order, request.POST[act], steps=steps)
            return _column_form(request, listed, chosen, order=order)
    user, company = request.member.user, request.company
    if "reset" in request.POST or not chosen:
        forget_columns(user, company, page=page)
    else:
        remember_columns(user, company, page=page, columns=chosen)
    query.pop(COLUMNS, None)
    return redirect(f"{listed.address}?{query.urlencode()}")


def _column_form(
    request: PortalRequest, listed: ListPage[Any], chosen: list[str], *, order: list[str]
) -> HttpResponse:
    context = {
        "offers": offers(listed.table, chosen, order=order),
        "page": listed.name,
        "query": _query(request).urlencode(),
        "back": listed.address,
    }
    return render(request, "accounts/pages/columns.html", context)


@require_POST
@requires(None)
def save(request: PortalRequest, page: str) -> HttpResponseBase:
    """Keep what the list shows under a name."""
    listed, query = _list_or_404(page), _query(request)
    form = ViewForm(request.POST)
    if form.is_valid():
        try:
            view = save_view(
                request.member.user,
                request.company,
                page=page,
                query=listed.query_to_keep(query, listed.chosen_columns(request, query)),
                at=clock.now(),
                **form.cleaned_data,
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _t("The view is saved."))
            return redirect(listed.address_of(view))
    context = {"form": form, "query": query.urlencode(), "back": listed.address}
    return render(request, "accounts/pages/new_view.html", context)


@requires(None)
def view(request: PortalRequest, view_id: UUID) -> HttpResponseBase:
    """One's own view: its name, whether the list opens with it, and the end of it."""
    found, listed = _view_or_404(request, view_id)
    now = {"name": found.name, "is_default": found.is_default}
    form = ViewForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            rename_view(found, **form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _t("The view is saved."))
            return redirect(listed.address_of(found))
    context = {"view": found, "form": form, "back": listed.address_of(found)}
    return render(request, "accounts/pages/view.html", context)


@require_POST
@requires(None)
def update(request: PortalRequest, view_id: UUID) -> HttpResponseBase:
    """The view shows from now on what the list shows."""
    found, listed = _view_or_404(request, view_id)
    query = _query(request)
    try:
        change_view(found, query=listed.query_to_keep(query, listed.chosen_columns(request, query)))
    except Refused as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, _t("The view is saved."))
    return redirect(listed.address_of(found))


@require_POST
@requires(None)
def delete(request: PortalRequest, view_id: UUID) -> HttpResponseBase:
    """Forget the view; what it showed stays."""
    found, listed = _view_or_404(request, view_id)
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_t("Delete the view %(name)s?") % {"name": found.name},
            text=_t("Only the view goes; the rows that it shows stay."),
            yes=_t("Delete"),
            back=reverse("portal:saved-view", args=[found.pk]),
        )
    delete_view(found)
    messages.success(request, _t("The view is deleted."))
    return redirect(listed.address)


def _query(request: PortalRequest) -> QueryDict:
    """The list's address that the form came from, without the place in its pages."""
    query = QueryDict(request.POST.get("query", request.GET.urlencode()), mutable=True)
    for name in ("cursor", "export"):
        query.pop(name, None)
    return query


def _own_views(request: PortalRequest) -> QuerySet[SavedView]:
    return scoped(views_of(request.member.user, request.company), request.principal)


def _view_or_404(request: PortalRequest, view_id: UUID) -> tuple[SavedView, ListPage[Any]]:
    found = get_object_or_404(_own_views(request), pk=view_id)
    return found, _list_or_404(found.page)


def _list_or_404(page: str) -> ListPage[Any]:
    listed = list_page(page)
    if listed is None:
        raise Http404
    return listed


urlpatterns = [
    path("lists/<slug:page>/columns/", columns, name="list-columns"),
    path("lists/<slug:page>/views/", save, name="list-views"),
    path("views/<uuid:view_id>/", view, name="saved-view"),
    path("views/<uuid:view_id>/update/", update, name="saved-view-update"),
    path("views/<uuid:view_id>/delete/", delete, name="saved-view-delete"),
]
