"""The costs to date that customers see, and the daily proof of the books."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from billing.insight.books import audit
from features.queries import value

# In: at, since (rows as of before it are due). Out: one row for each prepaid company with an
# open billing period whose figure is due. Two workers write the same figures.
_REFRESH = """
    INSERT INTO cost_to_date AS cost (company_id, period_start, amount, as_of)
    SELECT period.company_id, period.starts_at, coalesce(total.amount, 0), %(at)s
    FROM billing_period period
    JOIN billing_profile profile USING (company_id)
    LEFT JOIN cost_to_date known USING (company_id)
    LEFT JOIN LATERAL (
        SELECT sum(period_total.amount + period_total.tax) AS amount
        FROM period_total
        WHERE period_total.period_id = period.id
    ) total ON true
    WHERE period.starts_at <= %(at)s AND period.ends_at > %(at)s
      AND profile.billing_type = 'prepaid'
      AND (known.as_of IS NULL OR known.as_of < %(since)s)
    ON CONFLICT (company_id) DO UPDATE
    SET period_start = excluded.period_start, amount = excluded.amount, as_of = excluded.as_of
    WHERE cost.as_of < excluded.as_of
"""


@transaction.atomic
def refresh_costs(*, at: datetime) -> int:
    """Bring the costs to date of prepaid companies up to date: once an hour (UTC), or once a day
    with `prepaid_hourly_billing` off. Runs every hour."""
    since = at.replace(minute=0, second=0, microsecond=0)
    if not value("prepaid_hourly_billing", at=at):
        since = since.replace(hour=0)
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, {"at": at, "since": since})
        return int(cursor.rowcount)


def next_cost_refresh(after: datetime) -> datetime:
    """When costs to date are due next: at the hour (UTC), or at midnight with the feature off."""
    hour = after.replace(minute=0, second=0, microsecond=0)
    if value("prepaid_hourly_billing", at=after):
        return hour + timedelta(hours=1)
    return hour.replace(hour=0) + timedelta(days=1)


def audit_books(*, at: datetime) -> int:
    """Prove the books and keep the result for the staff; returns how many faults were found."""
    return audit(at=at)
