"""What waits for a person, as sentences with a link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from billing.currencies.queries import fetch_trouble, is_multi_currency
from billing.insight.glance import undecided
from billing.insight.operations import Backlog
from billing.templatetags.wording import instant_text


@dataclass(frozen=True)
class Matter:
    """One thing to look at; shown to those who have the permission."""

    count: int
    text: str
    href: str
    permission: str


def matters(waits: Backlog, *, at: datetime) -> list[Matter]:
    """Only what there is, the gravest first."""
    asked = undecided(at=at)
    found = [
        Matter(
            asked.disputes,
            ngettext(
                "dispute is open at the bank",
                "disputes are open at the bank",
                asked.disputes,
            ),
            _list("billing_dispute", "status__exact=open"),
            "billing.view_dispute",
        ),
        Matter(
            asked.adjustments,
            ngettext(
                "adjustment waits for a second person",
                "adjustments wait for a second person",
                asked.adjustments,
            ),
            _list("billing_adjustment", "status__exact=proposed"),
            "billing.view_adjustment",
        ),
        Matter(
            asked.refunds,
            ngettext(
                "refund waits for a second person",
                "refunds wait for a second person",
                asked.refunds,
            ),
            _list("billing_refund", "status__exact=proposed"),
            "billing.view_refund",
        ),
        Matter(
            asked.exhausted_rules,
            ngettext(
                "automatic recharge is paused after too many failures",
                "automatic recharges are paused after too many failures",
                asked.exhausted_rules,
            ),
            _list("billing_rechargerule", "paused_at__isempty=0"),
            "billing.view_rechargerule",
        ),
        Matter(
            waits.payments_unsettled,
            ngettext(
                "payment has no outcome yet",
                "payments have no outcome yet",
                waits.payments_unsettled,
            ),
            _list("billing_payment", "status__exact=pending"),
            "billing.view_payment",
        ),
        Matter(
            asked.sync_work,
            ngettext(
                "thing is refused by another system",
                "things are refused by another system",
                asked.sync_work,
            ),
            _list("billing_syncwork", "status__exact=attention"),
            "billing.view_syncwork",
        ),
        Matter(
            asked.incoming_payments,
            ngettext(
                "payment in another system is to be looked at",
                "payments in another system are to be looked at",
                asked.incoming_payments,
            ),
            _list("billing_incomingpayment", "status__exact=unmatched"),
            "billing.view_incomingpayment",
        ),
        Matter(
            waits.rejects,
            ngettext(
                "usage record could not be rated",
                "usage records could not be rated",
                waits.rejects,
            ),
            _list("billing_usagereject", "charge_id__isempty=1"),
            "billing.view_usagereject",
        ),
        Matter(
            waits.handlings_failed,
            ngettext(
                "event handler gave up",
                "event handlers gave up",
                waits.handlings_failed,
            ),
            _list("accounts_handling", "status__exact=failed"),
            "accounts.view_handling",
        ),
        Matter(
            waits.mails_failed,
            ngettext(
                "mail could not be sent",
                "mails could not be sent",
                waits.mails_failed,
            ),
            _list("accounts_mail", "status__exact=failed"),
            "accounts.view_mail",
        ),
        Matter(
            asked.suspended_companies,
            ngettext(
                "company is suspended",
                "companies are suspended",
                asked.suspended_companies,
            ),
            _list("accounts_company", "status__exact=suspended"),
            "accounts.view_company",
        ),
        *_rates_not_fetched(at),
    ]
    return [matter for matter in found if matter.count]


def _rates_not_fetched(at: datetime) -> list[Matter]:
    """While several currencies are on offer: off, the page that it leads to is closed."""
    trouble = fetch_trouble(at=at) if is_multi_currency(at=at) else None
    if trouble is None:
        return []
    attempts = ngettext(
        "attempt to fetch exchange rates failed",
        "attempts to fetch exchange rates failed",
        trouble.failed,
    )
    since = (
        gettext("none were fetched since %(since)s") % {"since": instant_text(trouble.since)}
        if trouble.since
        else gettext("none were ever fetched")
    )
    then = gettext("Next try: %(next)s.") % {"next": instant_text(trouble.next_at)}
    text = f"{attempts}, {since}: {trouble.problem} {then}"
    href = reverse("admin:billing_exchangerate_changelist")
    return [Matter(trouble.failed, text, href, "billing.view_exchangerate")]


def _list(model: str, query: str) -> str:
    return f"{reverse(f'admin:{model}_changelist')}?{query}"
