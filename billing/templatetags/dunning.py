"""What happens next to an unpaid invoice, for its page."""

from __future__ import annotations

from django import template

from billing.dunning.queries import demand_of, timeline
from billing.invoicing.models import Invoice
from config import clock

register = template.Library()


@register.inclusion_tag("billing/dunning/timeline.html")
def dunning_timeline(invoice: Invoice) -> dict[str, object]:
    """The steps taken, and the next ones; nothing for an invoice that was never pursued."""
    return {
        "currency": invoice.currency,
        "steps": timeline(invoice, at=clock.now()),
        "is_unpaid": demand_of(invoice) is not None,
    }
