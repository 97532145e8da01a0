from importlib import import_module

from django.apps import AppConfig

# Modules that register something with a lower folder when the application starts.
REGISTRATIONS = (
    "telecom.network.handlers",
    "telecom.network.pricing",
    "telecom.sims.handlers",
    "telecom.sims.exporting",
    "telecom.sims.recipients",
)


class TelecomConfig(AppConfig):
    name = "telecom"

    def ready(self) -> None:
        for module in REGISTRATIONS:
            import_module(module)
