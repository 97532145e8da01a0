"""Consumption alerts: the limit of a company's alert is reached in its open billing period.

Here and not beside the alerts, because what is consumed is known above recharges.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction

from billing.recharges.mails import mail_consumption
from billing.recharges.models import ConsumptionAlert

# In: at. Out: company, start of its period and consumption with tax, where an alert is on, its
# limit is reached, and nobody has been told of it in this period.
_REACHED = """
    SELECT alert.company_id, period.starts_at, total.amount
    FROM consumption_alert alert
    JOIN billing_period period ON period.company_id = alert.company_id
        AND period.starts_at <= %(at)s AND period.ends_at > %(at)s
    CROSS JOIN LATERAL (
        SELECT sum(period_total.amount + period_total.tax) AS amount
        FROM period_total
        WHERE period_total.period_id = period.id
    ) total
    WHERE alert.enabled AND total.amount >= alert.limit
        AND alert.told_for IS DISTINCT FROM period.starts_at
    ORDER BY alert.company_id
"""


def send_consumption_alerts(*, at: datetime) -> int:
    """Mail each alert whose limit is reached, once a period; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, {"at": at})
        reached = cursor.fetchall()
    return sum(
        _send(company_id, period_start=start, consumed=amount, at=at)
        for company_id, start, amount in reached
    )


@transaction.atomic
def _send(company_id: UUID, *, period_start: datetime, consumed: Decimal, at: datetime) -> bool:
    alert = (
        ConsumptionAlert.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("company")
        .filter(pk=company_id, enabled=True)
        .exclude(told_for=period_start)
        .first()
    )
    if alert is None or consumed < alert.limit:
        return False
    mail_consumption(alert, consumed=consumed, period_start=period_start, at=at)
    alert.told_for = period_start
    alert.save(update_fields=["told_for"])
    return True
