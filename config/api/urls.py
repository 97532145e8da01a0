"""The API routes that belong to no app: configuration and the sandbox's clock."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("config.api.features")),
    path("", include("config.api.clock")),
]
