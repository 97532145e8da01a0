from importlib import import_module

from django.apps import AppConfig

# Modules that register something with a lower folder when the application starts.
REGISTRATIONS = ("billing.ledger.opening",)


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        for module in REGISTRATIONS:
            import_module(module)
