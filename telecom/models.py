"""Gathers the models that the folders declare."""

from telecom.network.models import Address, AddressPrice, Instance, Offering
from telecom.operators.models import Operator, OperatorJob
from telecom.sims.models import Sim, StatusChange

__all__ = [
    "Address",
    "AddressPrice",
    "Instance",
    "Offering",
    "Operator",
    "OperatorJob",
    "Sim",
    "StatusChange",
]
