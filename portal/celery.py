"""Celery's application. `celery -A portal worker -B` runs jobs and, on one machine, the clock too."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = Celery("jiangji")
application.config_from_object("django.conf:settings", namespace="CELERY")
application.autodiscover_tasks()
