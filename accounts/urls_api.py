"""Gathers the API routes of the folders; relative to /api/v1/."""

from __future__ import annotations

from accounts.access import api as access
from accounts.companies import api as companies
from accounts.events import api as events
from accounts.notifications import api as notifications
from accounts.people import api as people

urlpatterns = [
    *companies.urlpatterns,
    *people.urlpatterns,
    *access.urlpatterns,
    *events.urlpatterns,
    *notifications.urlpatterns,
]
