from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo catalogue: data, drawings and the command that loads them. Not part of production's INSTALLED_APPS."""

    name = "portal.demo"
    label = "demo"
