"""Values of the switches and settings, with their whole history."""

from __future__ import annotations

import pgtrigger
from django.db import models
from uuid_utils.compat import uuid7


class FeatureValue(models.Model):
    """One value of one feature from an instant on; the newest that has begun is in force.

    Rows are appended, never edited: the history is the table itself. A row that `cancels` another
    takes that one's scheduled change back before it has begun, and neither ever holds.
    `value` is the JSON form of the feature's type (bool, int, decimal string, text, null = empty).
    `from_period_start`: charges go by it from the start of the billing period that each company
    was in at `valid_from`; all else goes by it from `valid_from` on.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=64)
    value = models.JSONField(null=True)
    valid_from = models.DateTimeField()
    from_period_start = models.BooleanField(default=False)
    cancels = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="cancelled_by"
    )
    set_by = models.CharField(max_length=254)
    reason = models.TextField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "feature_value"
        ordering = ["key", "-valid_from", "-id"]
        indexes = [
            models.Index(fields=["key", "-valid_from", "-id"], name="feature_value_in_force")
        ]
        triggers = [
            pgtrigger.Protect(
                name="feature_value_is_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} = {self.value!r}"
