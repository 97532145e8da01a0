from importlib import import_module

from django.apps import AppConfig

# Modules that register something with a lower folder when the application starts.
REGISTRATIONS = (
    "billing.documents.judging",
    "billing.documents.lists",
    "billing.tax.standings",
    "billing.ledger.opening",
    "billing.payments.handlers",
    "billing.recharges.outcomes",
    "billing.recharges.handlers",
    "billing.topups.outcomes",
    "billing.topups.handlers",
    "billing.subscriptions.opening",
    "billing.subscriptions.handlers",
    "billing.invoicing.cutting",
    "billing.invoicing.payments",
    "billing.invoicing.handlers",
    "billing.dunning.outcomes",
    "billing.dunning.handlers",
    "billing.insight.previews",
    "billing.onboarding.outcomes",
    "billing.onboarding.handlers",
    "billing.integrations.handlers",
)


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        for module in REGISTRATIONS:
            import_module(module)
