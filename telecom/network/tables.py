"""The lists of instances and addresses as tables."""

from __future__ import annotations

from functools import cached_property
from uuid import UUID

import django_tables2 as tables
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.pages.columns import CellColumn
from config import clock
from telecom.network.models import Address
from telecom.network.pricing import Line, held_lines


class InstanceTable(tables.Table):  # type: ignore[misc]
    """`addresses_held` is annotated."""

    name = CellColumn(place="key", page="portal:instance", verbose_name=_("Name"))
    status = CellColumn("status", verbose_name=_("Status"))
    offering = CellColumn(accessor="offering.name", verbose_name=_("Offering"))
    addresses_held = CellColumn(place="number", verbose_name=_("Addresses"))
    held_from = CellColumn("when", place="minor", verbose_name=_("Since"))
    subject = CellColumn("id", place="minor", verbose_name=_("Id"))

    class Meta:
        fields = ()


class AddressTable(tables.Table):  # type: ignore[misc]
    """What each costs is worked out once for all rows of the page."""

    subject = CellColumn("id", place="key", page="portal:address", verbose_name=_("Address"))
    status = CellColumn("status", verbose_name=_("Status"))
    kind = CellColumn(accessor="get_kind_display", verbose_name=_("Kind"))
    instance = CellColumn(accessor="instance.name", verbose_name=_("Instance"))
    mark = CellColumn(accessor="pk", exclude_from_export=True, verbose_name=_("Free or paid"))
    per_hour = CellColumn(
        accessor="pk", exclude_from_export=True, place="figure", verbose_name=_("Per hour")
    )
    held_from = CellColumn("when", place="minor", verbose_name=_("Since"))

    class Meta:
        fields = ()

    def render_mark(self, record: Address) -> SafeString:
        line = self._lines.get(record.pk)
        return render_to_string("telecom/network/mark.html", {"line": line})

    def render_per_hour(self, record: Address) -> SafeString:
        context = {
            "line": self._lines.get(record.pk),
            "currency": record.company.billing_profile.currency,
        }
        return render_to_string("telecom/network/price.html", context)

    @cached_property
    def _lines(self) -> dict[UUID, Line]:
        first: Address | None = next(iter(self.data.data), None)
        return held_lines(first.company, at=clock.now()) if first else {}
