"""What the books keep in English, in the language of who reads it."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from billing.documents.kept import as_kept, said


@pytest.mark.parametrize(
    ("kept", "german"),
    [
        ("Paid in full", "Vollständig bezahlt"),
        ("Payment, Bank transfer (Ref, 7)", "Zahlung, Überweisung (Ref, 7)"),
        ("Automatic recharge, Visa •4242", "Automatische Aufladung, Visa •4242"),
        ("Credit note CN-000002", "Gutschrift CN-000002"),
        ("Promo code WELCOME has expired", "Aktionscode WELCOME ist abgelaufen"),
        ("Overdue: INV-1, INV-2", "Überfällig: INV-1, INV-2"),
        ("Lost in the post", "Lost in the post"),
        ("Consumption alert, the customer asked", "Consumption alert, the customer asked"),
        ("", ""),
    ],
)
def test_known_words_are_said_and_others_stand_as_they_are(kept: str, german: str) -> None:
    with override("de"):
        assert said(kept) == german
    with override("en"):
        assert said(kept) == kept


def test_what_is_kept_does_not_depend_on_who_acts() -> None:
    with override("ar"), as_kept():
        assert said("Paid in full") == "Paid in full"
