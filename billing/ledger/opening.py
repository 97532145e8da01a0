"""What the ledger does when an account is opened: registered with `billing.profiles`."""

from __future__ import annotations

from uuid import UUID

from billing.ledger.models import Account, AccountKind, Entry
from billing.profiles.models import BillingProfile
from billing.profiles.registry import fixes_currency, when_opening

OPENED_AT_ONCE = (AccountKind.CUSTOMER, AccountKind.UNINVOICED, AccountKind.UNINVOICED_TAX)


@when_opening
def open_ledger_accounts(profile: BillingProfile) -> None:
    """The accounts that every company moves; the others open when they are first needed."""
    Account.objects.bulk_create(
        [
            Account(company=profile.company, kind=kind, currency=profile.currency, balance=0)
            for kind in OPENED_AT_ONCE
        ],
        ignore_conflicts=True,
    )


@fixes_currency
def has_transactions(company_id: UUID) -> bool:
    return Entry.objects.filter(company=company_id).exists()
