"""Act pages: a form that says what will happen, asks why, and calls one action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)
from uuid_utils.compat import uuid7

from accounts.access.addresses import address_of
from accounts.access.exceptions import Refused
from accounts.people.models import User

LONGEST_REASON = 500
Row = TypeVar("Row", bound=Model)


def _new_key() -> str:
    return uuid7().hex


class ReasonForm(forms.Form):
    """The least that an act asks for."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Kept with the act; colleagues and auditors will read it.",
    )


class KeyedForm(ReasonForm):
    """For acts that move money: the key, made with the page, lets a double click act once."""

    key = forms.RegexField(r"^[0-9a-f]{32}$", initial=_new_key, widget=forms.HiddenInput())


class ConfirmForm(forms.Form):
    """Asks for nothing but the click."""


def text_input(**attrs: str) -> forms.Widget:
    widget: forms.Widget = UnfoldAdminTextInputWidget(attrs=attrs)
    return widget


def amount_input(**attrs: str) -> forms.Widget:
    widget: forms.Widget = UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", **attrs})
    return widget


def select_input() -> forms.Widget:
    widget: forms.Widget = UnfoldAdminSelectWidget()
    return widget


@dataclass(frozen=True)
class Act:
    """What the page shows: heading, consequences, button; `facts` are pairs worth seeing first."""

    title: str
    consequence: str
    button: str
    back: str
    facts: Mapping[str, object] = field(default_factory=dict)
    is_final: bool = False


Perform = Callable[[dict[str, Any]], str]


def act_page(request: HttpRequest, act: Act, *, form: forms.Form, perform: Perform) -> HttpResponse:
    """Show the form, or perform the act and go back with the sentence that it returns.

    A refusal stands beside the field that it blames; nothing is lost of what was typed.
    """
    if request.method == "POST" and not form.is_bound:
        form = ConfirmForm({})  # the click alone agrees, and posts nothing but its token
    if request.method == "POST" and form.is_valid():
        try:
            done = perform(form.cleaned_data)
        except Refused as refused:
            form.add_error(refused.attr if refused.attr in form.fields else None, refused.detail)
        else:
            messages.success(request, done)
            return HttpResponseRedirect(act.back)
    return asking_page(request, act, form=form)


def asking_page(request: HttpRequest, act: Act, *, form: forms.Form) -> HttpResponse:
    """The page itself; 422 when it comes back with errors."""
    context = admin.site.each_context(request) | {"title": act.title, "act": act, "form": form}
    status = 422 if form.is_bound and form.errors else 200
    return TemplateResponse(request, "admin/act.html", context, status=status)


def record_or_404(model: type[Row], object_id: object) -> Row:
    """The row that an address names; what is no id at all is not found either."""
    try:
        return get_object_or_404(model, pk=object_id)
    except (ValidationError, ValueError):
        raise Http404 from None


def require(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied unless the person may."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


def staff_label(request: HttpRequest) -> str:
    """The `by` of actions."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    return f"staff:{user.email}"


def staff_address(request: HttpRequest) -> str | None:
    """Where the person is, for the audit trail."""
    return address_of(request)
