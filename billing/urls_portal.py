"""Gathers the portal pages of the folders; relative to /portal/."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
