from django.apps import AppConfig
from django.conf import settings


class DemoConfig(AppConfig):
    """The demo catalogue: data, drawings and the command that loads them; its clock. Not part of production's INSTALLED_APPS."""

    name = "portal.demo"
    label = "demo"

    def ready(self) -> None:
        if settings.DEMO_CLOCK:
            from celery.signals import task_prerun

            from portal.demo.middleware import before_job

            task_prerun.connect(before_job, dispatch_uid="demo_clock")
