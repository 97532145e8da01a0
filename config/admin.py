"""Gathers the admin pages that look over several apps."""

from config.staff.companies import CompanyAdmin
from config.staff.groups import GroupAdmin

__all__ = ["CompanyAdmin", "GroupAdmin"]
