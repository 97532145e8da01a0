"""Where every address of Tollgate begins."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from billing.onboarding.portal import signed_out
from config import pages
from config.staff.urls import staff_urls

handler400 = pages.bad_request
handler403 = pages.forbidden
handler404 = pages.not_found
handler500 = pages.server_error

# Staff sign in where everybody does, so that the second factor is asked for.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Pages of the admin beside its lists.
admin.site.extra_urls = staff_urls  # type: ignore[attr-defined]

urlpatterns = [
    path("", pages.landing, name="landing"),
    path("favicon.ico", pages.favicon),
    path("language/", pages.language, name="language"),
    path("branding/logo", pages.logo, name="logo"),
    path("", include(signed_out)),
    path("accounts/signup/", RedirectView.as_view(pattern_name="signup")),
    path("", include("config.urls_operations")),
    path("", include("config.sandbox_pages")),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("api/", include("config.urls_api")),
    path("portal/", include("config.urls_portal")),
]
