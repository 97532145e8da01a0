"""The SIMs list as a table."""

from __future__ import annotations

from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

import django_tables2 as tables
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.pages.columns import CellColumn
from billing.subscriptions.models import Allowance
from config import clock
from telecom.sims.models import Sim
from telecom.sims.usage import data_left, open_allowances, recent_bytes

SPARK_DAYS = 14


def sim_address(sim: Sim) -> str:
    return reverse("portal:sim", args=[sim.iccid])


class SimTable(tables.Table):  # type: ignore[misc]
    """Usage and data left come in one query each for all rows of the page."""

    check = CellColumn(
        "check",
        accessor="iccid",
        place="check",
        exclude_from_export=True,
        verbose_name=_("Choose all on this page"),
    )
    iccid = CellColumn("id", place="key", page="portal:sim", by="iccid", verbose_name=_("ICCID"))
    status = CellColumn("status", verbose_name=_("Status"))
    plan = CellColumn(accessor="plan.name", verbose_name=_("Plan"))
    msisdn = CellColumn("id", place="minor", verbose_name=_("MSISDN"))
    labels = CellColumn("labels", place="minor", verbose_name=_("Labels"))
    usage = CellColumn(
        accessor="pk", exclude_from_export=True, verbose_name=_("Last 14 days"), place="number"
    )
    left = CellColumn(
        accessor="pk", exclude_from_export=True, verbose_name=_("Data left"), place="number"
    )

    class Meta:
        fields = ()

    def render_usage(self, record: Sim) -> SafeString:
        values = self._recent.get(record.subscription_id) if record.subscription_id else None
        return render_to_string("telecom/sims/usage_cell.html", {"values": values})

    def render_left(self, record: Sim) -> SafeString | str:
        allowance = self._allowances.get(record.subscription_id) if record.subscription_id else None
        if allowance is None:
            return ""
        context = {"allowance": allowance, "left": data_left(allowance)}
        return render_to_string("telecom/sims/left_cell.html", context)

    @cached_property
    def _subscription_ids(self) -> list[UUID]:
        return [sim.subscription_id for sim in self.data.data if sim.subscription_id]

    @cached_property
    def _recent(self) -> dict[UUID, list[int]]:
        zone = ZoneInfo(timezone.get_current_timezone_name())
        return recent_bytes(self._subscription_ids, at=clock.now(), days=SPARK_DAYS, zone=zone)

    @cached_property
    def _allowances(self) -> dict[UUID, Allowance]:
        return open_allowances(self._subscription_ids)
