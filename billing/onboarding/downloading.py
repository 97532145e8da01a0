"""The archive of a company as an answer; who took it is on record."""

from __future__ import annotations

from datetime import datetime

from django.http import FileResponse

from accounts.audit.actions import record
from accounts.companies.models import Company
from billing.onboarding.personal_data import company_archive


def archive_answer(company: Company, *, by: str, at: datetime) -> FileResponse:
    record(
        "company.data_exported", actor=by, at=at, company=company, target=f"company:{company.pk}"
    )
    name = f"data-{company.pk}-{at:%Y-%m-%d}.zip"
    archive = company_archive(company, at=at)
    return FileResponse(archive, as_attachment=True, filename=name, content_type="application/zip")
