"""What waits for a person, as sentences with a link."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from billing.insight.glance import undecided
from billing.insight.operations import Backlog


@dataclass(frozen=True)
class Matter:
    """One thing to look at; shown to those who have the permission."""

    count: int
    text: str
    href: str
    permission: str


def matters(waits: Backlog) -> list[Matter]:
    """Only what there is, the gravest first."""
    asked = undecided()
    found = [
        Matter(
            asked.disputes,
            "disputes are open at the bank",
            _list("billing_dispute", "status__exact=open"),
            "billing.view_dispute",
        ),
        Matter(
            asked.adjustments,
            "adjustments wait for a second person",
            _list("billing_adjustment", "status__exact=proposed"),
            "billing.view_adjustment",
        ),
        Matter(
            asked.refunds,
            "refunds wait for a second person",
            _list("billing_refund", "status__exact=proposed"),
            "billing.view_refund",
        ),
        Matter(
            asked.exhausted_rules,
            "automatic recharges are paused after too many failures",
            _list("billing_rechargerule", "paused_at__isempty=0"),
            "billing.view_rechargerule",
        ),
        Matter(
            waits.payments_unsettled,
            "payments have no outcome yet",
            _list("billing_payment", "status__exact=pending"),
            "billing.view_payment",
        ),
        Matter(
            waits.rejects,
            "usage records could not be rated",
            _list("billing_usagereject", "charge_id__isempty=1"),
            "billing.view_usagereject",
        ),
        Matter(
            waits.handlings_failed,
            "event handlers gave up",
            _list("accounts_handling", "status__exact=failed"),
            "accounts.view_handling",
        ),
        Matter(
            waits.mails_failed,
            "mails could not be sent",
            _list("accounts_mail", "status__exact=failed"),
            "accounts.view_mail",
        ),
        Matter(
            asked.suspended_companies,
            "companies are suspended",
            _list("accounts_company", "status__exact=suspended"),
            "accounts.view_company",
        ),
    ]
    return [matter for matter in found if matter.count]


def _list(model: str, query: str) -> str:
    return f"{reverse(f'admin:{model}_changelist')}?{query}"
