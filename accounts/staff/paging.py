"""Page numbers over tables of any size."""

from __future__ import annotations

from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.views import ChangeList

MOST_COUNTED = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to 10 000 rows, so that a list of ten million opens as fast as one of ten.

    What lies further back is found by filters and search, not by turning pages.
    """

    template_name = "admin/parts/pages.html"

    @property
    def is_cut_off(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.count >= MOST_COUNTED

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        return rows.order_by()[:MOST_COUNTED].count()


class StaffChangeList(ChangeList):  # type: ignore[misc]  # unfold has no types
    """Offers to show all only where a filter or a search hides something."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not (self.query or self.has_active_filters):
            self.full_result_count = self.result_count
