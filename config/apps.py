from django.apps import AppConfig

from config.celery import app as celery_app

__all__ = ["ProjectConfig", "celery_app"]


class ProjectConfig(AppConfig):
    """Holds the project's commands, checks and admin; no models. Brings up Celery's app."""

    name = "config"

    def ready(self) -> None:
        """Registers the deployment checks."""
        from config import checks  # noqa: F401
