"""Everything Tollgate needs around it, on one machine: PostgreSQL, Redis, card gateway, operator.

Real servers on loopback. Used by `make demo` and by the tests; never in production. These modules
know nothing of Django: they start before it does and hand it its environment.
"""
