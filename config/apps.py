from django.apps import AppConfig

from config.celery import app as celery_app

__all__ = ["ProjectConfig", "celery_app"]


class ProjectConfig(AppConfig):
    """Holds the project's own management commands; it has no models. Brings up Celery's app."""

    name = "config"
