"""Relations between models go the same one way as imports: the linter cannot see strings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Field, Model
from django.db.models.deletion import CASCADE

LAYERS = ["features", "accounts", "billing", "telecom"]
BILLING = [
    "money",
    "currencies",
    "profiles",
    "tax",
    "ledger",
    "catalog",
    "documents",
    "payments",
    "recharges",
    "topups",
    "subscriptions",
    "metering",
    "discounts",
    "promotions",
    "invoicing",
    "writeoffs",
    "dunning",
    "onboarding",
    "integrations",
    "insight",
]
ACCOUNTS = [
    "companies",
    "audit",
    "jobs",
    "events",
    "people",
    "access",
    "notifications",
    "messages",
    "pages",
]
TELECOM = ["operators", "sims", "network"]
FOLDERS = {"accounts": ACCOUNTS, "billing": BILLING, "telecom": TELECOM}


def relations() -> Iterator[tuple[Field[Any, Any], type[Model], type[Model]]]:
    for model in apps.get_models():
        if model._meta.app_label not in LAYERS:
            continue
        for field in model._meta.get_fields():
            if isinstance(field, Field) and field.is_relation and field.related_model:
                yield field, model, field.related_model


def place(model: type[Model]) -> tuple[int, int]:
    """(layer, folder within the layer); models of other packages are below all of ours."""
    label = model._meta.app_label
    if label not in LAYERS:
        return (-1, 0)
    parts = model.__module__.split(".")
    order = FOLDERS.get(label)
    return (LAYERS.index(label), order.index(parts[1]) if order else 0)


@pytest.mark.parametrize(
    ("source", "name", "target"),
    [
        pytest.param(model, field.name, target, id=f"{model.__name__}.{field.name}")
        for field, model, target in relations()
    ],
)
def test_relation_points_to_its_own_folder_or_a_lower_one(
    source: type[Model], name: str, target: type[Model]
) -> None:
    assert place(target) <= place(source), f"{source}.{name} points up to {target}"


def test_nothing_of_ours_is_deleted_by_a_cascade() -> None:
    cascades = [
        f"{model.__name__}.{field.name}"
        for field, model, _ in relations()
        if getattr(field.remote_field, "on_delete", None) is CASCADE
        and not model._meta.auto_created
        and field.model is model
    ]
    assert cascades == []
