"""Gathers the admin pages that the folders declare."""

from telecom.network import admin as network
from telecom.operators import admin as operators
from telecom.sims import admin as sims

__all__ = ["network", "operators", "sims"]
