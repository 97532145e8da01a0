"""Addresses for whoever runs the servers."""

from __future__ import annotations

from django.urls import path

from config.health import live, ready
from config.metrics import metrics

urlpatterns = [
    path("health/live/", live),
    path("health/ready/", ready),
    path("metrics", metrics),
    path("metrics/", metrics),
]
