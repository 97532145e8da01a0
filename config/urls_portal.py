"""The customer portal: pages that the folders declare, under one namespace."""

from __future__ import annotations

from accounts.urls_portal import urlpatterns as accounts_pages
from billing.urls_portal import urlpatterns as billing_pages
from telecom.urls_portal import urlpatterns as telecom_pages

app_name = "portal"
urlpatterns = [*accounts_pages, *billing_pages, *telecom_pages]
