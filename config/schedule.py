"""Every job of Tollgate: what runs, how often, and what tells when it falls due.

Beat, `run_due` and the sandbox's clock read this table and nothing else. The order is that of
one round: what comes in first, what follows from it after.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from accounts.access.tasks import forget_idempotency_keys
from accounts.events.queries import next_due_handling
from accounts.events.tasks import dispatch_outbox
from accounts.jobs.calc import Job, never_due
from accounts.jobs.tasks import prune_job_runs
from accounts.messages.tasks import queue_staff_messages
from accounts.notifications.queries import next_due_mail
from accounts.notifications.tasks import send_mails
from billing.currencies.tasks import refresh_exchange_rates
from billing.dunning.queries import next_dunning_due
from billing.dunning.tasks import pursue_debts
from billing.insight.alerts import send_consumption_alerts
from billing.insight.tasks import audit_books, next_cost_refresh, refresh_costs
from billing.integrations.queries import next_sync_due
from billing.integrations.tasks import sync_systems
from billing.invoicing.queries import next_period_due
from billing.invoicing.tasks import close_periods, issue_invoices
from billing.ledger.tasks import next_expiry, release_expired_holds, snapshot_own_accounts
from billing.metering.tasks import charge_fees, make_partitions, next_fee_due, rate_inbox
from billing.onboarding.queries import next_fixed_payment
from billing.onboarding.tasks import charge_fixed_contracts
from billing.payments.queries import next_abandoned
from billing.payments.tasks import handle_gateway_events, sweep_intents, warn_of_expiring_cards
from billing.promotions.queries import next_credit_expiry
from billing.promotions.tasks import expire_credits
from billing.recharges.tasks import (
    attempt_recharges,
    next_recharge_due,
    open_due_recharges,
    withdraw_confirmations,
)
from billing.subscriptions.tasks import activate_due, next_activation_due, restore_services
from billing.topups.tasks import withdraw_needless_payments
from telecom.network.queries import next_hour_after
from telecom.network.tasks import accrue_hours
from telecom.operators.queries import next_operator_job_due
from telecom.operators.tasks import fetch_operator_usage
from telecom.sims.tasks import run_operator_jobs

SECOND, MINUTE, HOUR, DAY = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)
# In the sandbox one wants to watch usage arrive.
FETCHED_EVERY = 5 * (SECOND if settings.SANDBOX else MINUTE)
SYNCED_EVERY = 5 * SECOND

JOBS: tuple[Job, ...] = (
    Job("refresh_exchange_rates", refresh_exchange_rates, DAY),
    Job("fetch_operator_usage", fetch_operator_usage, FETCHED_EVERY),
    Job("rate_inbox", rate_inbox, SECOND),
    Job("activate_due", activate_due, MINUTE, next_activation_due),
    Job("charge_fees", charge_fees, MINUTE, next_fee_due),
    Job("charge_fixed_contracts", charge_fixed_contracts, MINUTE, next_fixed_payment),
    Job("accrue_hours", accrue_hours, HOUR, next_hour_after),
    Job("handle_gateway_events", handle_gateway_events, MINUTE),
    Job("sweep_intents", sweep_intents, MINUTE, next_abandoned),
    Job("open_due_recharges", open_due_recharges, MINUTE, next_recharge_due),
    Job("attempt_recharges", attempt_recharges, SECOND, next_recharge_due),
    Job("withdraw_confirmations", withdraw_confirmations, MINUTE),
    Job("withdraw_needless_payments", withdraw_needless_payments, MINUTE),
    Job("restore_services", restore_services, MINUTE),
    Job("release_expired_holds", release_expired_holds, MINUTE, next_expiry),
    Job("expire_credits", expire_credits, MINUTE, next_credit_expiry),
    Job("close_periods", close_periods, HOUR, next_period_due),
    Job("issue_invoices", issue_invoices, HOUR, next_period_due),
    Job("pursue_debts", pursue_debts, MINUTE, next_dunning_due),
    Job("send_consumption_alerts", send_consumption_alerts, MINUTE),
    Job("dispatch_outbox", dispatch_outbox, SECOND, next_due_handling),
    Job("sync_systems", sync_systems, SYNCED_EVERY, next_sync_due),
    Job("run_operator_jobs", run_operator_jobs, SECOND, next_operator_job_due),
    Job("queue_staff_messages", queue_staff_messages, SECOND),
    Job("send_mails", send_mails, SECOND, next_due_mail),
    Job("refresh_costs", refresh_costs, HOUR, next_cost_refresh, is_summary=True),
    Job("warn_of_expiring_cards", warn_of_expiring_cards, DAY),
    Job("snapshot_own_accounts", snapshot_own_accounts, DAY),
    Job("audit_books", audit_books, DAY, is_summary=True),
    Job("make_partitions", make_partitions, DAY),
    Job("prune_job_runs", prune_job_runs, DAY),
    Job("forget_idempotency_keys", forget_idempotency_keys, HOUR, never_due),
)

_BY_NAME = {job.name: job for job in JOBS}


def job_named(name: str) -> Job:
    """Raise KeyError for a name that is not in the table."""
    return _BY_NAME[name]
