"""Days lived through by the schedule's own jobs, stopping at each due time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.jobs.stepping import run_due
from accounts.notifications.models import Mail
from billing.payments.models import Payment
from billing.recharges.models import Recharge, RechargeAttempt
from config.sandbox.testing import Stack
from config.schedule import job_named
from tests.billing.payments.cards import DECLINES
from tests.billing.recharges.companies import company_with_rule
from tests.factories import NOW, use

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
JOBS = tuple(
    job_named(name)
    for name in (
        "handle_gateway_events",
        "sweep_intents",
        "open_due_recharges",
        "attempt_recharges",
        "dispatch_outbox",
    )
)


def test_five_days_with_a_card_that_declines(stripe_sandbox: Stack) -> None:
    """Attempts at 0, 24 and 48 hours to the second, then silence; each told once."""
    company = company_with_rule(balance="100", token=DECLINES)
    use(company, net="80")

    lived = run_due(JOBS, start=NOW, until=NOW + 5 * DAY)

    assert lived.failed == {}
    made = RechargeAttempt.objects.order_by("id").values_list("made_at", flat=True)
    assert list(made) == [NOW, NOW + DAY, NOW + 2 * DAY]
    assert Recharge.objects.get(company=company).status == Recharge.Status.EXHAUSTED
    kinds = Mail.objects.filter(company=company).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == [
        "threshold_reached",
        "recharge_failed",
        "recharge_failed",
        "recharge_exhausted",
    ]


def test_a_day_that_reached_its_limit_goes_on_when_it_is_over(stripe_sandbox: Stack) -> None:
    company = company_with_rule(balance="100", max_per_day=1)
    use(company, net="75")
    run_due(JOBS, start=NOW, until=NOW + timedelta(hours=1))
    use(company, net="480", at=NOW + timedelta(hours=1))

    run_due(JOBS, start=NOW + timedelta(hours=1), until=NOW + 2 * DAY)

    paid = Payment.objects.filter(company=company).order_by("id")
    assert [payment.created_at for payment in paid] == [NOW, NOW + DAY]
