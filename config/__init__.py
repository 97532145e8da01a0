"""The project: settings, addresses, the clock, the jobs and the sandbox.

Nothing is imported here: the sandbox's servers start from this package without Django and Celery.
"""
