"""A card in use that is about to expire is told of once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.notifications.models import Mail
from billing.payments.models import PaymentMethod
from billing.payments.tasks import warn_of_expiring_cards
from tests.factories import make_company, new_key

pytestmark = pytest.mark.django_db


def make_card(*, month: int, year: int = 2026, is_default: bool = True) -> PaymentMethod:
    return PaymentMethod.objects.create(
        company=make_company(),
        gateway="stripe",
        reference=new_key("pm"),
        brand="visa",
        last4="4242",
        exp_month=month,
        exp_year=year,
        is_default=is_default,
        added_at=datetime(2025, 1, 1, tzinfo=UTC),
    )


def test_a_card_that_ends_with_april_is_told_of_from_the_last_day_of_march_on_once() -> None:
    card = make_card(month=4)
    assert warn_of_expiring_cards(at=datetime(2026, 3, 30, 12, tzinfo=UTC)) == 0
    assert warn_of_expiring_cards(at=datetime(2026, 3, 31, 12, tzinfo=UTC)) == 1
    assert warn_of_expiring_cards(at=datetime(2026, 4, 1, 12, tzinfo=UTC)) == 0
    mail = Mail.objects.get(company=card.company)
    assert (mail.kind, mail.subject) == ("card_expiring", "Visa •4242 expires 04/2026")


def test_a_card_that_is_not_charged_and_one_that_lasts_are_left_alone() -> None:
    make_card(month=4, is_default=False)
    make_card(month=4, year=2027)
    assert warn_of_expiring_cards(at=datetime(2026, 4, 20, tzinfo=UTC)) == 0
