"""Celery's application. `celery -A portal worker -B` runs jobs and, on one machine, the clock too."""

import os

from celery import Celery, signals

from portal.watching import starting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = Celery("jiangji")
application.config_from_object("django.conf:settings", namespace="CELERY")
application.autodiscover_tasks()

# Traces begin in the process that runs jobs: with the default pool that is a fork of the worker, which has threads by then.
# Error reports begin in the worker as well: that a process of its pool was lost, only the worker can tell.
signals.worker_init.connect(starting.in_worker, dispatch_uid="watching_worker")
signals.worker_process_init.connect(starting.in_pool, dispatch_uid="watching_pool")
signals.worker_process_shutdown.connect(starting.send_what_waits, dispatch_uid="watching_pool_ends")
signals.beat_init.connect(starting.in_beat, dispatch_uid="watching_beat")
