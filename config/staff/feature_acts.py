"""Acts of one click on the history of a feature, and all companies of a preview as a file."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.pages.columns import Raw
from accounts.pages.exports import FileColumn, file_answer
from accounts.staff.acts import require, staff_address, staff_label
from billing.insight.models import FeaturePreview
from billing.insight.previews import STARTS, effects
from config import clock
from config.feature_changes import cancel_change, revert_change
from config.staff.features import CHANGE, VIEW, declared
from config.staff.pages import staff_page
from features.exceptions import FeatureRefused
from features.models import FeatureValue

_COLUMNS = (
    FileColumn("company", "Company id", ""),
    FileColumn("name", "Company", ""),
    FileColumn("currency", "Currency", ""),
    FileColumn("before", "Before", "currency"),
    FileColumn("after", "After", "currency"),
    FileColumn("change", "Change", "currency"),
)


@require_POST
@staff_page(VIEW)
def revert(request: HttpRequest, row_id: UUID) -> HttpResponseBase:
    """Set from now on what stood before; where that needs a preview, go and see it first."""

    def act(row: FeatureValue) -> str:
        version = request.POST.get("version", "")
        revert_change(
            row,
            by=staff_label(request),
            at=clock.now(),
            expected=int(version) if version.isdecimal() else -1,
            address=staff_address(request),
        )
        return "It is as it was before that change."

    return _acted(request, row_id, act)


@require_POST
@staff_page(VIEW)
def cancel(request: HttpRequest, row_id: UUID) -> HttpResponseBase:
    """Take a scheduled change back."""

    def act(row: FeatureValue) -> str:
        cancel_change(
            row,
            reason=f"Cancelled: {row.reason}"[:500],
            by=staff_label(request),
            at=clock.now(),
            address=staff_address(request),
        )
        return "The scheduled change is cancelled."

    return _acted(request, row_id, act)


def _acted(
    request: HttpRequest, row_id: UUID, act: Callable[[FeatureValue], str]
) -> HttpResponseBase:
    require(request, CHANGE)
    row = get_object_or_404(FeatureValue, pk=row_id)
    key = declared(row.key).key
    try:
        messages.success(request, act(row))
    except FeatureRefused as refused:
        messages.error(request, refused.detail)
        if refused.code == "preview_required":
            address = reverse("admin:feature_change", args=[key])
            return HttpResponseRedirect(f"{address}?revert={row_id}")
    return HttpResponseRedirect(reverse("admin:feature_history", args=[key]))


@staff_page(VIEW)
def preview_file(request: HttpRequest, preview_id: UUID, start: str) -> HttpResponseBase:
    """All companies affected, as CSV."""
    preview = get_object_or_404(FeaturePreview, pk=preview_id)
    found = next((each for each in STARTS if each == start), None)
    if found is None:
        raise Http404
    rows: list[list[Raw]] = [
        [each.company_id, each.name, each.currency, each.before, each.after, each.change]
        for each in effects(preview, found)
    ]
    name = f"preview-{preview.key}-{start}".replace("_", "-")
    return file_answer(_COLUMNS, rows, name=name, file_format="csv")
