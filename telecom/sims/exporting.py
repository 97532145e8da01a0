"""The SIMs of a company in the archive of all that is kept of it."""

from __future__ import annotations

from billing.onboarding.personal_data import Table, also_export
from telecom.sims.models import Sim

also_export(
    Table(
        "sims",
        lambda company: Sim.objects.filter(company=company),
        ("iccid", "imsi", "msisdn", "status", "status_reason", "labels"),
    )
)
