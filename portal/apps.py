from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from portal.schedule import ensure_schedule

        # One app must be the sender, or the rows would be looked for once an app. Ours comes first, and by then every
        # table of the run has been migrated.
        post_migrate.connect(ensure_schedule, sender=self, dispatch_uid="portal_schedule")
