from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from portal.schedule import ensure_schedule

        # Django sends the signal once for each app that has models, which the portal has not; beat's own is the one
        # whose tables are asked for.
        sender = apps.get_app_config("django_celery_beat")
        post_migrate.connect(ensure_schedule, sender=sender, dispatch_uid="portal_schedule")
