"""Gathers the portal pages of the folders; relative to /portal/."""

from __future__ import annotations

from accounts.messages import portal as messages
from accounts.pages import portal as pages
from accounts.people import portal as people
from accounts.team import portal as team

urlpatterns = [*people.urlpatterns, *team.urlpatterns, *pages.urlpatterns, *messages.urlpatterns]
