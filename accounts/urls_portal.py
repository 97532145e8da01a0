"""Gathers the portal pages of the folders; relative to /portal/."""

from __future__ import annotations

from accounts.people import portal as people

urlpatterns = [*people.urlpatterns]
