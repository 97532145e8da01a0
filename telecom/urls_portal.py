"""Gathers the portal pages of the folders; relative to /portal/."""

from __future__ import annotations

from telecom.network.portal import urlpatterns as network
from telecom.sims.portal import urlpatterns as sims
from telecom.sims.portal_bulk import urlpatterns as several_sims

urlpatterns = [*network, *sims, *several_sims]
