"""Which process this is, and when its traces and error reports begin: where an address for them is set, after any fork.

Without an address neither library is loaded. Whoever imports this loads nothing else.
"""

import re
import sys
from typing import Any

_called = ""


def call_process(kind: str) -> None:
    """Say what this process is, before Django loads the apps; once they are, what is wanted begins."""
    global _called
    _called = kind


def start_called() -> None:
    """Django has loaded the apps. Who has not said what it is (a worker, beat, a test) begins by itself or not at all."""
    if _called:
        _start_traces(_called)
        _start_reports(_called)


def in_worker(sender: Any = None, **_more: Any) -> None:
    """Celery's worker begins. Its pool of processes has not been forked yet; threads are not forked at all."""
    _start_reports("worker")
    if "prefork" not in str(sender.pool_cls):
        _start_traces("worker")


def in_pool(**_more: Any) -> None:
    """A process of the worker's pool begins."""
    _start_traces("worker")


def send_what_waits(**_more: Any) -> None:
    """A process ends without what Python does at an end: what it has not sent yet would go with it.

    So do those of the worker's pool, and uvicorn, which dies of the signal that it was told to end by.
    """
    for name, end in (("traces", "end"), ("error_reports", "send_waiting")):
        if module := sys.modules.get(f"portal.watching.{name}"):
            getattr(module, end)()


def in_beat(**_more: Any) -> None:
    """Beat begins."""
    _start_traces("beat")
    _start_reports("beat")


def command_name() -> str:
    """The command of `manage.py` that runs; what follows it may say anything."""
    said = sys.argv[1] if len(sys.argv) > 1 else ""
    return said if re.fullmatch(r"[a-z][a-z0-9_]*", said) else "unknown"


def _start_traces(kind: str) -> None:
    from django.conf import settings

    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        return
    if sys.modules.get("opentelemetry", sys) is None:  # portal/__init__.py
        del sys.modules["opentelemetry"]
    from portal.watching import traces

    traces.start(kind)


def _start_reports(kind: str) -> None:
    from django.conf import settings

    if not settings.SENTRY_DSN:
        return
    from portal.watching import error_reports

    error_reports.start(kind)
