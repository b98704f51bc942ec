"""What is counted where it happens, for Prometheus: pages and jobs, by how long they took.

Several processes count, one tells (`manage.py serve_metrics`): each writes into files of the folder METRICS_FOLDER. Without that
folder nothing is counted, and the figures that are asked for when somebody fetches them are told all the same.
Labels are names of ours, never what somebody typed: their number is that of our routes and jobs.
"""

import os
from pathlib import Path

from django.conf import settings

if settings.METRICS_FOLDER:
    # The library looks for it as it is imported.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = settings.METRICS_FOLDER
    Path(settings.METRICS_FOLDER).mkdir(parents=True, exist_ok=True)

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

# Seconds. What the pages are measured by (facts/performance.md) lies between 20 ms and a second.
PAGE_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
JOB_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300)
_own = CollectorRegistry()
_pages = Histogram(
    "jiangji_request_seconds",
    "Seconds from the first byte of a request to the first byte of its answer, by route and class of status.",
    ["route", "method", "status"],
    buckets=PAGE_BUCKETS,
    registry=_own,
)
_jobs = Histogram(
    "jiangji_job_seconds",
    "Seconds that a job ran, by job and how it ended.",
    ["job", "state"],
    buckets=JOB_BUCKETS,
    registry=_own,
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count_request(*, route: str, method: str, status: int, seconds: float) -> None:
    """A request was answered: `route` is its name, `seconds` how long it took."""
    if settings.METRICS_FOLDER:
        known = method if method in _METHODS else "other"  # a stranger may call theirs anything
        _pages.labels(route, known, f"{status // 100}xx").observe(seconds)


def count_job(*, name: str, state: str, seconds: float) -> None:
    """A job ended; `state` is Celery's."""
    if settings.METRICS_FOLDER:
        _jobs.labels(name, state).observe(seconds)


def counted() -> CollectorRegistry:
    """What all processes have counted since their folder was made."""
    registry = CollectorRegistry()
    if settings.METRICS_FOLDER:
        MultiProcessCollector(registry, path=settings.METRICS_FOLDER)
    return registry
