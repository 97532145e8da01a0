"""Gathers the portal pages of the folders; relative to /portal/."""

from __future__ import annotations

from telecom.sims.portal import urlpatterns as sims
from telecom.sims.portal_bulk import urlpatterns as several_sims

urlpatterns = [*sims, *several_sims]
