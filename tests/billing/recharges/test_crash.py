"""A worker killed between the charge and its record: there is one payment all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from time import monotonic, sleep

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F

from accounts.companies.models import Company
from billing.documents.models import Receipt
from billing.ledger.queries import balance
from billing.payments.models import Payment
from billing.payments.tasks import sweep_intents
from billing.recharges.models import Recharge
from billing.recharges.tasks import attempt_recharges, open_due_recharges
from config.sandbox.testing import Stack
from tests.billing.payments.gateway_news import deliver, news
from tests.billing.recharges.companies import books_agree, company_with_rule
from tests.factories import NOW, use

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = timedelta(hours=1)


def start_worker() -> subprocess.Popen[bytes]:
    base = connection.settings_dict
    url = f"postgresql://{base['USER']}:{base['PASSWORD']}@{base['HOST']}:{base['PORT']}"
    environment = {
        name: str(getattr(settings, name))
        for name in ("STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE")
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.billing.recharges.worker", NOW.isoformat()],
        env=os.environ
        | environment
        | {
            "DATABASE_URL": f"{url}/{base['NAME']}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
    )


def wait_for_charge(stripe_sandbox: Stack, company: Company) -> None:
    """Until the gateway has charged the card, though nobody has its answer."""
    deadline = monotonic() + 40
    while monotonic() < deadline:
        payment = Payment.objects.filter(company=company).first()
        about = str(payment.pk) if payment else "none"
        if news(stripe_sandbox, "payment_intent.succeeded", about=about):
            return
        sleep(0.1)
    pytest.fail("The worker never charged the card.")


def leases_are_over() -> None:
    Payment.objects.update(checked_at=F("checked_at") - LONG_AGO)
    Recharge.objects.update(lease_until=F("lease_until") - LONG_AGO)


@pytest.mark.parametrize("rescue", ["worker", "sweep", "webhook"])
def test_a_worker_killed_after_the_charge_loses_and_doubles_nothing(
    stripe_sandbox: Stack, rescue: str
) -> None:
    company = company_with_rule(balance="100")
    use(company, net="75.00")
    open_due_recharges(at=NOW)
    stripe_sandbox.control(fault="timeout_after_charge", seconds=60)

    worker = start_worker()
    try:
        wait_for_charge(stripe_sandbox, company)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    stripe_sandbox.control("reset")
    assert balance(company).balance == Decimal(25)
    assert Recharge.objects.get(company=company).status == Recharge.Status.CHARGING
    assert open_due_recharges(at=NOW) == 0, "one open recharge per account"
    assert attempt_recharges(at=NOW) == 0, "the dead worker's lease still holds"

    leases_are_over()
    payment = Payment.objects.get(company=company)
    [event] = news(stripe_sandbox, "payment_intent.succeeded", about=str(payment.pk))
    rescuers: dict[str, Callable[[], object]] = {
        "worker": lambda: attempt_recharges(at=NOW),
        "sweep": lambda: sweep_intents(at=NOW),
        "webhook": lambda: deliver(event),
    }
    rescuers[rescue]()

    for _ in range(2):
        deliver(event)
        sweep_intents(at=NOW)
        leases_are_over()
        attempt_recharges(at=NOW)
    payment = Payment.objects.get(company=company)
    assert payment.amount.amount == Decimal("475.00")
    assert Recharge.objects.get(company=company).status == Recharge.Status.SUCCEEDED
    assert Receipt.objects.filter(company=company).count() == 1
    assert len(news(stripe_sandbox, "payment_intent.succeeded", about=str(payment.pk))) == 1
    assert balance(company).balance == Decimal(500)
    assert books_agree()
