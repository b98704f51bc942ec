"""Jobs carry the number of the request that caused them, and are logged by name, end and time."""

import logging
import time
from typing import Any

from celery import signals

from marketplace.core import trace
from portal.watching.metrics import count_job

REQUEST_ID = "jiangji_request_id"
_BEGUN = "_jiangji_begun"
logger = logging.getLogger("portal.jobs")


def listen() -> None:
    """Called once, when the program starts."""
    signals.before_task_publish.connect(_sent, dispatch_uid="watching_sent")
    signals.task_prerun.connect(_begins, dispatch_uid="watching_begins")
    signals.task_postrun.connect(_ended, dispatch_uid="watching_ended")


def _sent(headers: dict[str, Any] | None = None, **_more: Any) -> None:
    """Beat and commands have no request: their jobs have none either."""
    if headers is not None and trace.request_id():
        headers[REQUEST_ID] = trace.request_id()


def _begins(task_id: str = "", task: Any = None, **_more: Any) -> None:
    if task.request.is_eager:  # within a request, whose number stays
        return
    said = task.request.get(REQUEST_ID)
    trace.begin_task(task_id, task.name, trace.well_formed(said) if isinstance(said, str) else "")
    setattr(task.request, _BEGUN, time.perf_counter())


def _ended(task: Any = None, state: str | None = None, **_more: Any) -> None:
    if task.request.is_eager:
        return
    seconds = time.perf_counter() - getattr(task.request, _BEGUN, time.perf_counter())
    count_job(name=task.name, state=state or "UNKNOWN", seconds=seconds)
    logger.info("job", extra={"state": state or "UNKNOWN", "milliseconds": round(seconds * 1000, 1)})
    trace.end_task()
