from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Holds the project's own management commands; it has no models."""

    name = "config"
