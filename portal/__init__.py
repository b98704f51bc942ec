import sys

# redis-py would load OpenTelemetry because it is installed, 67 modules of it, into every process. Those that send traces lift
# this (portal/watching/starting.py); the others do without, as where it is not installed.
sys.modules.setdefault("opentelemetry", None)  # type: ignore[arg-type]

from portal.celery import application as celery_application  # noqa: E402

__all__ = ["celery_application"]
