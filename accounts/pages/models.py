"""What a person keeps of a list: views under a name, and the columns they chose."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from accounts.people.models import User

LONGEST_QUERY = 2000


class SavedView(models.Model):
    """A way to look at a list, under a name: filters, order, columns, page size.

    `page` is the list's name, `query` the address after its "?". Each person has their own, in
    each company.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="saved_views")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="saved_views")
    page = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=LONGEST_QUERY)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "saved_view"
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                "user", "company", "page", Lower("name"), name="saved_view_once_per_name"
            ),
            models.UniqueConstraint(
                fields=["user", "company", "page"],
                condition=models.Q(is_default=True),
                name="one_default_view_per_list",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ColumnChoice(models.Model):
    """The columns that a person wants in a list, in order."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="column_choices")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="column_choices")
    page = models.CharField(max_length=40)
    columns = ArrayField(models.CharField(max_length=40))

    class Meta:
        db_table = "column_choice"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "company", "page"], name="columns_once_per_list"
            )
        ]

    def __str__(self) -> str:
        return ", ".join(self.columns)


class Dismissal(models.Model):
    """Something that a person has put away, such as a list of first steps."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="dismissals")
    name = models.CharField(max_length=40)
    dismissed_at = models.DateTimeField()

    class Meta:
        db_table = "dismissal"
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="dismissed_once")]

    def __str__(self) -> str:
        return self.name
