"""Gathers the API routes of the folders; relative to /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern

from telecom.network import api as network
from telecom.sims import api as sims

urlpatterns: list[URLPattern] = [*network.urlpatterns, *sims.urlpatterns]
