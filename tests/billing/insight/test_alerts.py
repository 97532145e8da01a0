"""The consumption alert: once a period, to every address that it names."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from djmoney.money import Money

from accounts.companies.models import Company
from accounts.notifications.models import Mail
from billing.insight.alerts import send_consumption_alerts
from billing.recharges.actions.rules import set_alert
from tests.billing.metering.usage import MB, record, send
from tests.factories import BY, NOW, make_company, make_subscription, pay_in

pytestmark = pytest.mark.django_db
ADDRESSES = ["ops@x.example", "boss@x.example"]


def alerted(limit: str = "5", *, enabled: bool = True) -> Company:
    company = make_company(tax_percent=Decimal(20))
    pay_in(company, Money(1000, "USD"))
    make_subscription(company, subject=f"sim-{company.pk}")
    set_alert(company, enabled=enabled, limit=Decimal(limit), emails=ADDRESSES, by=BY, at=NOW)
    return company


def consume(company: Company, megabytes: int, *, days: int = 0) -> None:
    at = NOW + timedelta(days=days)
    send(record(f"sim-{company.pk}", megabytes * MB, at=at), at=at)


def told(company: Company) -> list[str]:
    mails = Mail.objects.filter(company=company, kind="consumption_alert").order_by("id")
    return list(mails.values_list("to", flat=True))


def test_alert_is_sent_when_consumption_with_tax_reaches_the_limit_once_a_period() -> None:
    """0.01 a MB and 20 % tax: 416 MB are 4.992, 417 MB are 5.004."""
    company = alerted("5")
    consume(company, 416)
    assert send_consumption_alerts(at=NOW) == 0
    consume(company, 1)
    assert send_consumption_alerts(at=NOW) == 1
    assert told(company) == ADDRESSES
    text = Mail.objects.filter(company=company).first()
    assert text is not None
    assert "$5.00" in text.text
    consume(company, 1000)
    assert send_consumption_alerts(at=NOW) == 0

    consume(company, 500, days=25)
    assert send_consumption_alerts(at=NOW + timedelta(days=25)) == 1
    assert told(company) == ADDRESSES * 2


def test_another_limit_may_be_told_again_in_the_period() -> None:
    company = alerted("5")
    consume(company, 500)
    send_consumption_alerts(at=NOW)
    set_alert(company, enabled=True, limit=Decimal(10), emails=ADDRESSES, by=BY, at=NOW)
    assert send_consumption_alerts(at=NOW) == 0
    consume(company, 500)
    assert send_consumption_alerts(at=NOW) == 1


def test_alert_that_is_off_tells_nobody() -> None:
    company = alerted("5", enabled=False)
    consume(company, 1000)
    assert send_consumption_alerts(at=NOW) == 0
    assert told(company) == []
