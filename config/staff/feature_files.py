"""The whole configuration out to a file and in from one, the difference shown first."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from accounts.staff.acts import require, staff_address, staff_label
from config import clock
from config.feature_changes import change_together
from config.feature_files import (
    Comparison,
    UnreadableFile,
    compare,
    configuration,
    read_values,
)
from config.staff.feature_forms import ApplyForm, FileForm
from config.staff.features import CHANGE, VIEW
from config.staff.pages import rendered, staff_page
from features import catalog
from features.exceptions import ChangedMeanwhile, FeatureRefused, UnknownFeature


@staff_page(VIEW)
def export(request: HttpRequest) -> HttpResponseBase:
    """Every feature and setting as JSON."""
    now = clock.now()
    answer = HttpResponse(configuration(at=now), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="tollgate-{now:%Y-%m-%d}.json"'
    return answer


@staff_page(VIEW)
def upload(request: HttpRequest) -> HttpResponseBase:
    """Choose a file, see what it would change, apply all of it or nothing with one reason."""
    require(request, CHANGE)
    if "content" in request.POST:
        return _applied(request)
    form = FileForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        content = form.cleaned_data["file"].read()
        try:
            compared = compare(read_values(content), at=clock.now())
        except UnreadableFile as unreadable:
            form.add_error("file", str(unreadable))
        else:
            return _difference(request, compared, _apply_form(compared, content.decode()))
    status = 422 if form.is_bound and form.errors else 200
    return _page(request, {"form": form}, status=status)


def _applied(request: HttpRequest) -> HttpResponseBase:
    form = ApplyForm(request.POST)
    try:
        content = request.POST["content"]
        compared = compare(read_values(content.encode()), at=clock.now())
    except UnreadableFile as unreadable:
        messages.error(request, str(unreadable))
        return HttpResponseRedirect(reverse("admin:features_import"))
    if not form.is_valid() or compared.problems:
        return _difference(request, compared, form)
    refused = _refusal(request, form, compared)
    if refused is None:
        count = len(compared.differences)
        messages.success(request, f"{count} values are changed, in every process, from now on.")
        return HttpResponseRedirect(reverse("admin:features"))
    shown = request.POST.copy()
    shown["versions"] = json.dumps(_versions(compared))
    form = ApplyForm(shown)
    form.add_error(None, refused)
    return _difference(request, compared, form)


def _refusal(request: HttpRequest, form: ApplyForm, compared: Comparison) -> str | None:
    """Apply all of it; or say why nothing was."""
    asked = form.cleaned_data
    try:
        change_together(
            {each.state.feature.key: each.value for each in compared.differences},
            reason=asked["reason"],
            by=staff_label(request),
            at=clock.now(),
            versions=asked["versions"],
            address=staff_address(request),
        )
    except ChangedMeanwhile as refused:
        return f"{_title(refused.attr)}: somebody else changed it meanwhile. Look again."
    except FeatureRefused as refused:
        return f"{_title(refused.attr)}: {refused.detail}"
    return None


def _title(key: str) -> str:
    """How a key of the file is called: by its title, if it is one of ours."""
    try:
        return f"{catalog.feature(key).title} ({key})"
    except UnknownFeature:
        return key


def _apply_form(compared: Comparison, content: str) -> ApplyForm:
    return ApplyForm(initial={"content": content, "versions": _versions(compared)})


def _versions(compared: Comparison) -> dict[str, int]:
    return {each.state.feature.key: each.state.version for each in compared.differences}


def _difference(request: HttpRequest, compared: Comparison, form: ApplyForm) -> HttpResponseBase:
    problems = [(_title(key), said) for key, said in compared.problems.items()]
    context: dict[str, object] = {"compared": compared, "problems": problems, "form": form}
    status = 422 if form.is_bound or problems else 200
    return _page(request, context, status=status)


def _page(request: HttpRequest, context: dict[str, object], *, status: int) -> HttpResponseBase:
    context = context | {"title": "Import a configuration", "back": reverse("admin:features")}
    return rendered(request, "admin/feature_import.html", context, status=status)
