"""The history of all switches and settings; they are changed on the page of features."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from features.models import FeatureValue


@admin.register(FeatureValue)
class FeatureValueAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no types
    list_display = ["key", "value", "valid_from", "set_by", "reason", "recorded_at"]
    list_filter = ["key"]
    search_fields = ["key", "reason", "set_by"]
    ordering = ["-id"]
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
