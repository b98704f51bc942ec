from django.apps import AppConfig, apps
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.db.models.signals import post_migrate


class CollectedFilesConfig(StaticFilesConfig):
    """Django's own, without files that nobody here asks for.

    django-htmx brings modules that import a bare `htmx`, which no hashed name can stand for: collectstatic of production
    refused all of it. Our htmx stands in static/vendor.
    """

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "django_htmx/*"]


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from marketplace.operations.parts import provide_parts
        from portal import (
            cdn,
            checks,  # noqa: F401 registers them
        )
        from portal.health import PARTS
        from portal.roles import ensure_roles_after_migrate
        from portal.schedule import ensure_schedule
        from portal.watching import jobs, starting

        cdn.connect()
        jobs.listen()
        provide_parts(PARTS)
        starting.start_called()  # after `jobs`, whose numbers the spans of jobs bear
        # Django sends the signal once for each app that has models, which the portal has not; beat's own is the one
        # whose tables are asked for.
        sender = apps.get_app_config("django_celery_beat")
        post_migrate.connect(ensure_schedule, sender=sender, dispatch_uid="portal_schedule")
        # The last app that the signal is sent for: by then the permissions of all the others exist.
        last = [config for config in apps.get_app_configs() if config.models_module][-1]
        post_migrate.connect(ensure_roles_after_migrate, sender=last, dispatch_uid="portal_roles")
