"""Pages under /admin/ that are no list of rows."""

from __future__ import annotations

from django.urls import URLPattern

from config.staff import (
    books,
    branding,
    checklist,
    feature_acts,
    feature_files,
    features,
    gateways,
    integrations,
    jobs,
    messages,
    tax_report,
)
from config.staff.list_export import export_list
from config.staff.pages import page_path


def staff_urls() -> list[URLPattern]:
    """Called by the admin site when it gathers its addresses."""
    return [
        page_path("configuration/features/", features.features, name="features"),
        page_path("configuration/settings/", features.settings, name="settings"),
        page_path("configuration/branding/", branding.branding, name="branding"),
        page_path("configuration/templates/", branding.templates, name="templates"),
        page_path("configuration/export/", feature_files.export, name="features_export"),
        page_path("configuration/import/", feature_files.upload, name="features_import"),
        page_path(
            "configuration/history/<uuid:row_id>/revert/",
            feature_acts.revert,
            name="feature_revert",
        ),
        page_path(
            "configuration/history/<uuid:row_id>/cancel/",
            feature_acts.cancel,
            name="feature_cancel",
        ),
        page_path(
            "configuration/previews/<uuid:preview_id>/<slug:start>.csv",
            feature_acts.preview_file,
            name="feature_preview_file",
        ),
        page_path("configuration/features/<slug:key>/", features.change, name="feature_change"),
        page_path(
            "configuration/features/<slug:key>/history/", features.history, name="feature_history"
        ),
        page_path("configuration/gateways/", gateways.gateways, name="gateways"),
        page_path("configuration/gateways/<slug:name>/", gateways.change, name="gateway_change"),
        page_path("operations/messages/new/", messages.compose, name="message_compose"),
        page_path("first-steps/", checklist.first_steps, name="first_steps"),
        page_path("configuration/integrations/", integrations.integrations, name="integrations"),
        page_path(
            "configuration/integrations/<slug:name>/check/",
            integrations.check,
            name="integration_check",
        ),
        page_path(
            "configuration/integrations/<slug:name>/retry/",
            integrations.retry,
            name="integration_retry",
        ),
        page_path(
            "configuration/integrations/<slug:name>/bring-up/",
            integrations.bring_up,
            name="integration_bring_up",
        ),
        page_path("money/tax-report/", tax_report.page, name="tax_report"),
        page_path("operations/jobs/", jobs.jobs, name="jobs"),
        page_path("operations/jobs/<slug:name>/run/", jobs.run, name="job_run"),
        page_path("operations/books/", books.books, name="books"),
        page_path(
            "export/<slug:app>/<slug:model>/<slug:file_format>/", export_list, name="list_export"
        ),
    ]
