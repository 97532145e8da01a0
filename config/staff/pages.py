"""Addresses of the admin that are no list of rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]


def staff_page(permission: str) -> Callable[[View[Parameters]], View[Parameters]]:
    """Guards a page of the admin: signed-in staff with the permission, else sign-in or 403."""

    def guard(view: View[Parameters]) -> View[Parameters]:
        def guarded(
            request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs
        ) -> HttpResponseBase:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard


def rendered(
    request: HttpRequest, template: str, context: dict[str, object], *, status: int = 200
) -> TemplateResponse:
    """A page in the admin's frame."""
    return TemplateResponse(
        request, template, admin.site.each_context(request) | context, status=status
    )


def page_path(route: str, view: Callable[..., HttpResponseBase], *, name: str) -> URLPattern:
    """A route under /admin/ that only signed-in staff reach."""
    return path(route, admin.site.admin_view(view), name=name)
