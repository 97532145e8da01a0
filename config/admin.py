"""Gathers the admin pages that look over several apps."""

from allauth.account.admin import EmailAddress
from allauth.mfa.admin import Authenticator
from allauth.usersessions.admin import UserSession
from django.contrib import admin

from config.staff.companies import CompanyAdmin
from config.staff.groups import GroupAdmin

# Their rows hold secrets and sessions; what staff do about them stands on the person's page.
admin.site.unregister([EmailAddress, Authenticator, UserSession])

__all__ = ["CompanyAdmin", "GroupAdmin"]
