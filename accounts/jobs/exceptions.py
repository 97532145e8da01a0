"""Why a job does not run."""

from __future__ import annotations


class MigrationsPending(RuntimeError):
    """The database is behind the code: nothing is billed until `manage.py migrate` has run."""


class ClockIsBusy(RuntimeError):
    """Jobs that hold the clock did not end in time."""


class JobsNeverQuiet(RuntimeError):
    """At one instant jobs went on finding work without end."""
