"""Where every address of Tollgate begins."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("api/", include("config.urls_api")),
    path("portal/", include("config.urls_portal")),
]
