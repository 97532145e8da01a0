"""What a choice is called on the screen is said where it is declared, as a sentence begins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import TextChoices

from accounts.people.models import Role
from billing.catalog.models import PlanKind, Price
from billing.payments.models import Payment
from billing.recharges.models import Recharge

OURS = ("accounts", "billing", "features", "telecom")


def declared(kind: type[TextChoices] = TextChoices) -> Iterator[type[TextChoices]]:
    """Our enumerations of choices, wherever they are declared."""
    for found in kind.__subclasses__():
        if found.__module__.split(".")[0] in OURS:
            yield found
        yield from declared(found)


def test_no_label_is_written_like_a_title() -> None:
    assert apps.ready
    found = list(declared())
    assert Payment.Status in found
    labels = {(kind.__qualname__, str(one.label)) for kind in found for one in kind}
    wrong = [
        (kind, label)
        for kind, label in labels
        if not label[0].isupper() or any(word.istitle() for word in label.split()[1:])
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("choice", "label"),
    [
        (Payment.Purpose.TOP_UP, "Top-up"),
        (Payment.Method.BANK_TRANSFER, "Bank transfer"),
        (Payment.Status.REQUIRES_ACTION, "Requires action"),
        (Recharge.Trigger.AUTO, "Automatic"),
        (PlanKind.PAY_PER_MB, "Pay per MB"),
        (Price.Unit.THOUSAND_TOKENS, "Thousand tokens"),
        (Role.END_USER, "End user"),
    ],
)
def test_a_label_reads_as_it_is_said(choice: TextChoices, label: str) -> None:
    assert str(choice.label) == label
