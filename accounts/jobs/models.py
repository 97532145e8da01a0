"""What the jobs did: a line per job, slot and outcome."""

from __future__ import annotations

from django.db import models


class JobRun(models.Model):
    """The runs of one job in one slot (its interval, at least an hour) with the same outcome.

    A job of every second therefore leaves 24 lines a day, not 86 400; a failure never drowns,
    because failed runs have a line of their own. `at` is business time of the last run,
    `started_at` and `finished_at` its wall time, `count` the things done in all runs.
    A running line exists for jobs that run once a slot, and is their lease.
    """

    class Status(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    name = models.CharField(max_length=64)
    slot = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status)
    at = models.DateTimeField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    runs = models.PositiveIntegerField(default=1)
    count = models.PositiveBigIntegerField(default=0)
    took_ms = models.PositiveBigIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        db_table = "job_run"
        ordering = ["-slot", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "slot", "status"], name="job_run_once_per_slot_and_outcome"
            )
        ]
        indexes = [models.Index(fields=["-slot", "-id"], name="job_run_by_slot")]

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M}"
