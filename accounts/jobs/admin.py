"""The jobs' log; jobs are run again on the page of jobs."""

from __future__ import annotations

from django.contrib import admin
from unfold.contrib.filters.admin import FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import display

from accounts.jobs.models import JobRun
from accounts.staff.columns import short_column, status_column, when_column
from accounts.staff.records import RecordAdmin


@admin.register(JobRun)
class JobRunAdmin(RecordAdmin):
    list_display = [
        "name",
        status_column(),
        when_column("slot", title="Slot"),
        "runs",
        "count",
        "took",
        when_column("finished_at", title="Last run"),
        short_column("error", title="Error"),
    ]
    list_filter = ["status", ("name", FieldTextFilter), ("slot", RangeDateTimeFilter)]
    search_fields = ["name", "error"]

    @display(description="Took", ordering="took_ms")  # type: ignore[untyped-decorator]
    def took(self, run: JobRun) -> str:
        return f"{run.took_ms / 1000:,.1f} s"
