"""Gathers the models that the folders declare."""

from telecom.operators.models import Operator, OperatorJob
from telecom.sims.models import Sim, StatusChange

__all__ = ["Operator", "OperatorJob", "Sim", "StatusChange"]
