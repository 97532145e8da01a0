"""The API: every route of version 1, its description, and an answer in JSON for any other."""

from __future__ import annotations

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from accounts.access.unknown import UnknownRoute

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(authentication_classes=[]), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="api_docs"),
    path("v1/", include("accounts.urls_api")),
    path("v1/", include("billing.urls_api")),
    path("v1/", include("telecom.urls_api")),
    path("v1/", include("config.api.urls")),
    re_path("", UnknownRoute.as_view()),
]
