"""Choosing a row of a long table: by typing, not from a list of all."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Field, QuerySet


class ChoiceByTyping(forms.ModelChoiceField):  # type: ignore[type-arg]  # plain at run time
    """`field` is a foreign key whose admin lists it among its `autocomplete_fields`.

    The rows offered are those of the related model's admin, searched by its `search_fields`.
    """

    def __init__(self, queryset: QuerySet[Any], field: Field[Any, Any], **options: Any) -> None:
        attrs = {"class": "unfold-admin-autocomplete admin-autocomplete"}
        options.setdefault("widget", AutocompleteSelect(field, admin.site, attrs=attrs))
        super().__init__(queryset, **options)
