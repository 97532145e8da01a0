"""Config → Feature configuration → Billing, and Billing settings: a card for each, with history."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import localtime

from accounts.access.exceptions import Refused
from accounts.staff.acts import require, staff_address, staff_label
from billing.insight.models import FeaturePreview
from billing.insight.previews import STARTS, preview_change, summaries, wants_preview
from config import clock
from config.feature_changes import change_feature, value_before
from config.staff.feature_forms import PERIOD_START, ChangeForm, opposite
from config.staff.pages import rendered, staff_page
from features import catalog, kinds, queries
from features.declarations import AnyFeature, Group
from features.exceptions import ChangedMeanwhile, FeatureRefused, UnknownFeature
from features.kinds import JsonValue
from features.models import FeatureValue

VIEW, CHANGE = "features.view_featurevalue", "features.change_featurevalue"


@dataclass(frozen=True)
class Section:
    title: str
    states: list[queries.State]


@staff_page(VIEW)
def features(request: HttpRequest) -> HttpResponseBase:
    return _cards(request, catalog.FEATURES, title="Feature configuration", tab="features")


@staff_page(VIEW)
def settings(request: HttpRequest) -> HttpResponseBase:
    return _cards(request, catalog.SETTINGS, title="Billing settings", tab="settings")


def _cards(
    request: HttpRequest, declared: tuple[AnyFeature, ...], *, title: str, tab: str
) -> HttpResponseBase:
    sought = request.GET.get("q", "").strip()[:100]
    found = [feature for feature in declared if _matches(feature, sought)]
    sections: dict[str, list[queries.State]] = {}
    for state in queries.states(found, at=clock.now()):
        sections.setdefault(state.feature.section, []).append(state)
    context: dict[str, object] = {
        "title": title,
        "tab": tab,
        "q": sought,
        "sections": [Section(name, states) for name, states in sections.items()],
        "may_change": request.user.has_perm(CHANGE),
    }
    return rendered(request, "admin/features.html", context)


def _matches(feature: AnyFeature, sought: str) -> bool:
    said = (feature.key, feature.title, feature.help, feature.when_on, feature.when_off)
    text = " ".join((*said, *feature.changes)).lower()
    return all(word in text for word in sought.lower().split())


@staff_page(VIEW)
def history(request: HttpRequest, key: str) -> HttpResponseBase:
    """Every value it had: from, to, when, by whom, why; each change can be reverted."""
    feature = declared(key)
    now = clock.now()
    context: dict[str, object] = {
        "title": feature.title,
        "state": queries.state(feature, at=now),
        "rows": queries.history(key)[:500],
        "now": now,
        "back": reverse(f"admin:{tab_of(feature)}"),
        "may_change": request.user.has_perm(CHANGE),
    }
    return rendered(request, "admin/feature_history.html", context)


@staff_page(VIEW)
def change(request: HttpRequest, key: str) -> HttpResponseBase:
    """The flip page: what it does, the new value, from when, why; what it would do to the bills."""
    require(request, CHANGE)
    feature = declared(key)
    if isinstance(feature.kind, kinds.Texts):
        kind = key.removeprefix("document_texts_")
        return HttpResponseRedirect(f"{reverse('admin:templates')}?kind={kind}")
    now = clock.now()
    state = queries.state(feature, at=now)
    is_preview = "preview" in request.POST
    form = ChangeForm(
        request.POST or None,
        request.FILES or None,
        state=state,
        value=_suggested(request, state),
        is_preview=is_preview,
    )
    preview = None
    if form.is_bound and form.is_valid():
        if is_preview:
            preview = _previewed(request, form, feature)
        elif row := _changed(request, form, feature):
            messages.success(request, _said(feature, row))
            return HttpResponseRedirect(reverse(f"admin:{tab_of(feature)}") + f"#{key}")
    context: dict[str, object] = {
        "title": feature.title,
        "form": form,
        "facts": _facts(state),
        "feature": feature,
        "preview": preview,
        "outcomes": _outcomes(preview) if preview and feature.changes_charges else [],
        "wants_preview": wants_preview(feature, at=now),
        "back": reverse(f"admin:{tab_of(feature)}"),
    }
    status = 422 if form.is_bound and form.errors else 200
    return rendered(request, "admin/feature_change.html", context, status=status)


def _suggested(request: HttpRequest, state: queries.State) -> JsonValue:
    """The value that the field opens with; `?revert=` names a row of the history to go back of."""
    sought = request.GET.get("revert", "")
    row = next((row for row in queries.history(state.feature.key) if str(row.pk) == sought), None)
    return value_before(row) if row else opposite(state)


def _outcomes(preview: FeaturePreview) -> list[dict[str, object]]:
    titles = {
        "from_period_start": "From the start of the open period",
        "from_now": "From now on, if use goes on as in the last 7 days",
    }
    return [
        {"start": start, "title": titles[start], "summaries": summaries(preview, start)}
        for start in STARTS
    ]


def _said(feature: AnyFeature, row: FeatureValue) -> str:
    if row.valid_from > clock.now():
        return f"{feature.title} will change at {localtime(row.valid_from):%Y-%m-%d %H:%M %Z}."
    if row.from_period_start:
        return f"{feature.title} is changed, and the charges of the open period are rated anew."
    return f"{feature.title} is changed, in every process, from now on."


def _facts(state: queries.State) -> dict[str, object]:
    feature = state.feature
    facts: dict[str, object] = {"Now": shown(feature, state.value)}
    if state.scheduled:
        at = f"{localtime(state.scheduled.valid_from):%Y-%m-%d %H:%M %Z}"
        facts["Scheduled"] = f"{shown(feature, state.scheduled.value)}, from {at}"
    if feature.help:
        facts["What it sets"] = feature.help
    if feature.when_on:
        facts |= {"When on": feature.when_on, "When off": feature.when_off}
    return facts | {"Changes": " · ".join(feature.changes)}


def _changed(request: HttpRequest, form: ChangeForm, feature: AnyFeature) -> FeatureValue | None:
    asked = form.cleaned_data
    try:
        return change_feature(
            feature.key,
            value=asked["value"],
            reason=asked["reason"],
            by=staff_label(request),
            at=clock.now(),
            valid_from=asked["at"],
            from_period_start=asked["starts"] == PERIOD_START,
            expected=asked["version"],
            address=staff_address(request),
        )
    except ChangedMeanwhile:
        form.add_error(None, "Somebody else changed it meanwhile. This is how it stands now.")
    except (FeatureRefused, Refused) as refused:
        form.add_error(refused.attr if refused.attr in form.fields else None, refused.detail)
    return None


def _previewed(
    request: HttpRequest, form: ChangeForm, feature: AnyFeature
) -> FeaturePreview | None:
    value = form.cleaned_data["value"]
    try:
        return preview_change(feature, value, by=staff_label(request), at=clock.now())
    except Refused as refused:  # more charges than one transaction is for
        form.add_error(None, refused.detail)
    return None


def declared(key: str) -> AnyFeature:
    try:
        return catalog.feature(key)
    except UnknownFeature:
        raise Http404 from None


def tab_of(feature: AnyFeature) -> str:
    return "features" if feature.group is Group.FEATURE else "settings"


def shown(feature: AnyFeature, value: JsonValue) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return "On" if value else "Off"
    if value is None or value == "":
        return "empty"
    if isinstance(value, dict):
        return " · ".join(f"{name}: “{text}”" for name, text in value.items()) or "empty"
    if isinstance(feature.kind, kinds.Picture):
        return "a picture"
    unit = "%" if isinstance(feature.kind, kinds.Percent) else getattr(feature.kind, "unit", "")
    return f"{value} {unit}".strip()
