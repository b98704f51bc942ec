import sys

# redis-py would load OpenTelemetry because it is installed, 67 modules of it, into every process. Those that send traces lift
# this (portal/watching/starting.py); the others do without, as where it is not installed.
if "opentelemetry" not in sys.modules:
    sys.modules["opentelemetry"] = None  # type: ignore[assignment]

from portal.celery import application as celery_application

__all__ = ["celery_application"]
