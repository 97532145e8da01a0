"""Gathers the models that the folders declare."""

from telecom.operators.models import NetworkCode, Operator, OperatorJob
from telecom.sims.models import Sim, StatusChange

__all__ = ["NetworkCode", "Operator", "OperatorJob", "Sim", "StatusChange"]
