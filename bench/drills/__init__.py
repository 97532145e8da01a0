"""Fault drills: a whole stack is hurt while it works, then the books must still be right."""
