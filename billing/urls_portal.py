"""Gathers the portal pages of the folders; relative to /portal/."""

from __future__ import annotations

from billing.insight.portal import urlpatterns as insight
from billing.invoicing.portal import urlpatterns as invoicing
from billing.ledger.portal import urlpatterns as ledger
from billing.metering.portal import urlpatterns as metering
from billing.onboarding.portal import urlpatterns as onboarding
from billing.onboarding.portal_closing import urlpatterns as closing
from billing.payments.portal import urlpatterns as payments
from billing.payments.portal_currencies import urlpatterns as currencies
from billing.promotions.portal import urlpatterns as promotions
from billing.recharges.portal import urlpatterns as recharges
from billing.topups.portal import urlpatterns as topups

urlpatterns = [
    *promotions,
    *insight,
    *ledger,
    *recharges,
    *topups,
    *payments,
    *currencies,
    *metering,
    *invoicing,
    *onboarding,
    *closing,
]
