"""Config → Feature configuration → Billing, and Billing settings: a card for each, with history."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from accounts.staff.acts import Act, asking_page, require, staff_address, staff_label
from config import clock
from config.feature_changes import change_feature
from config.staff.feature_forms import ChangeForm
from config.staff.pages import rendered, staff_page
from features import catalog, kinds, queries
from features.declarations import AnyFeature, Group
from features.exceptions import ChangedMeanwhile, FeatureRefused, UnknownFeature
from features.kinds import JsonValue

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
    """Every value it had: from, to, when, by whom, why."""
    feature = _declared(key)
    (state,) = queries.states([feature], at=clock.now())
    context: dict[str, object] = {
        "title": feature.title,
        "state": state,
        "rows": queries.history(key)[:500],
        "back": reverse(f"admin:{_tab_of(feature)}"),
        "may_change": request.user.has_perm(CHANGE),
    }
    return rendered(request, "admin/feature_history.html", context)


@staff_page(VIEW)
def change(request: HttpRequest, key: str) -> HttpResponseBase:
    """The flip page: what it does, the new value, why."""
    require(request, CHANGE)
    feature = _declared(key)
    (state,) = queries.states([feature], at=clock.now())
    form = ChangeForm(request.POST or None, request.FILES or None, state=state)
    if request.method == "POST" and form.is_valid() and _changed(request, form, feature):
        messages.success(request, f"{feature.title} is changed, in every process, from now on.")
        return HttpResponseRedirect(reverse(f"admin:{_tab_of(feature)}") + f"#{key}")
    act = Act(
        title=feature.title,
        consequence=feature.help or "It acts at once, in both portals, the API and every job.",
        button="Change",
        back=reverse(f"admin:{_tab_of(feature)}"),
        facts=_facts(state),
    )
    return asking_page(request, act, form=form)


def _facts(state: queries.State) -> dict[str, object]:
    feature = state.feature
    facts: dict[str, object] = {"Now": shown(feature, state.value)}
    if feature.when_on:
        facts |= {"When on": feature.when_on, "When off": feature.when_off}
    return facts | {"Changes": " · ".join(feature.changes)}


def _changed(request: HttpRequest, form: ChangeForm, feature: AnyFeature) -> bool:
    asked = form.cleaned_data
    try:
        change_feature(
            feature.key,
            value=asked["value"],
            reason=asked["reason"],
            by=staff_label(request),
            at=clock.now(),
            expected=asked["version"],
            address=staff_address(request),
        )
    except ChangedMeanwhile:
        form.add_error(None, "Somebody else changed it meanwhile. This is how it stands now.")
        return False
    except FeatureRefused as refused:
        form.add_error(refused.attr if refused.attr in form.fields else None, refused.detail)
        return False
    return True


def _declared(key: str) -> AnyFeature:
    try:
        return catalog.feature(key)
    except UnknownFeature:
        raise Http404 from None


def _tab_of(feature: AnyFeature) -> str:
    return "features" if feature.group is Group.FEATURE else "settings"


def shown(feature: AnyFeature, value: JsonValue) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return "On" if value else "Off"
    if value is None or value == "":
        return "empty"
    if isinstance(feature.kind, kinds.Picture):
        return "a picture"
    return f"{value} {getattr(feature.kind, 'unit', '')}".strip()
