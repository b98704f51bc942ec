"""What Celery says: a job was handed to the broker, a job ended with an error."""

import logging
import time
from typing import Any

from celery import signals
from django.db import DatabaseError

from marketplace.operations.failures import record_failure
from marketplace.operations.queues import SENT_AT

logger = logging.getLogger(__name__)


def listen() -> None:
    """Called once, when the program starts."""
    signals.before_task_publish.connect(_sent, dispatch_uid="operations_sent")
    signals.task_failure.connect(_failed, dispatch_uid="operations_failed")


def _sent(headers: dict[str, Any] | None = None, **_more: Any) -> None:
    if headers is not None:
        headers[SENT_AT] = time.time()


def _failed(
    sender: Any = None,
    task_id: str = "",
    exception: BaseException | None = None,
    args: Any = None,
    kwargs: Any = None,
    einfo: Any = None,
    **_more: Any,
) -> None:
    try:
        record_failure(
            task_id=task_id,
            name=getattr(sender, "name", str(sender)),
            args=args,
            kwargs=kwargs,
            error=exception or "?",
            traceback=str(einfo.traceback) if einfo is not None else "",
        )
    except DatabaseError:  # the log has the failure itself; Celery must not fail over writing it down
        logger.exception("a failed job could not be written down")
