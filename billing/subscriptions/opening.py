"""Which bindings are in another currency than the account, when the account's has changed."""

from __future__ import annotations

from billing.profiles.models import BillingProfile
from billing.profiles.registry import when_opening
from billing.subscriptions.models import SubjectKey


@when_opening
def note_foreign_plans(profile: BillingProfile) -> None:
    """Before its first transaction a company may still change its currency."""
    bound = SubjectKey.objects.filter(company=profile.company)
    bound.filter(version__plan__currency=profile.currency).update(is_foreign=False)
    bound.exclude(version__plan__currency=profile.currency).update(is_foreign=True)
