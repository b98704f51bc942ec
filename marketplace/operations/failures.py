"""Jobs that ended with an error: written down as they fail, run again or put aside by a person.

What a job was given is kept only as far as it is plain and says nothing of a person: keys of rows, mostly.
"""

import json
import re
from functools import partial
from typing import Any

from celery import current_app
from django.db import models, transaction
from django.utils import timezone

from marketplace.core.masking import masked
from marketplace.core.staff_log import note
from marketplace.operations import locks, queues
from marketplace.operations.errors import OperationsError, OperationsErrorCode
from marketplace.operations.models import FailedTask

_ERROR_LENGTH, _NAME_LENGTH, _TRACEBACK_LENGTH, _TEXT_LENGTH = 300, 160, 8_000, 200
# The same job with the same error and other arguments has a row of its own, up to so many.
MOST_ROWS = 50
LEFT_OUT = "…"
_SECRET = re.compile(
    r"pass|secret|token|code|phone|mail|mobile|card|openid|recipient|name|address|text|words|body|subject", re.I
)


@transaction.atomic
def record_failure(
    *, task_id: str, name: str, args: Any, kwargs: Any, error: BaseException | str, traceback: str = ""
) -> FailedTask:
    """Write down that a job failed. The same with the same arguments and error is counted on the row that is open."""
    said = masked(f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else error)[:_ERROR_LENGTH]
    kept_args, args_whole = _kept(list(args or ()))
    kept_kwargs, kwargs_whole = _kept(dict(kwargs or {}))
    arguments = {"args": kept_args, "kwargs": kept_kwargs}
    is_whole = args_whole and kwargs_whole
    locks.hold_failures(name)
    now = timezone.now()
    alike = FailedTask.objects.filter(name=name[:_NAME_LENGTH], error=said, closed_at=None)
    row = alike.filter(arguments=arguments, can_be_repeated=is_whole).first()
    if row is None and alike.count() >= MOST_ROWS:
        row = alike.filter(can_be_repeated=False).first() or alike.first()
        # It stands for jobs with other arguments from now on: running the one would not run the others.
        is_whole, arguments = False, {"args": [LEFT_OUT], "kwargs": {}}
    if row is None:
        # A message that the broker gave out twice fails twice under one number, the second time perhaps otherwise.
        row = FailedTask.objects.filter(task_id=task_id).first() or FailedTask(task_id=task_id, count=0)
        row.name, row.error = name[:_NAME_LENGTH], said
        row.retried_at = row.closed_at = row.closed_by = None
    elif not FailedTask.objects.filter(task_id=task_id).exists():
        row.task_id = task_id
    row.arguments, row.can_be_repeated = arguments, is_whole
    row.traceback, row.failed_at, row.count = masked(traceback)[-_TRACEBACK_LENGTH:], now, row.count + 1
    row.save()
    return row


@transaction.atomic
def run_again(*, failed_id: int, staff: models.Model) -> FailedTask:
    """Hand the job to the workers once more, as it was. Every job is safe to run twice.

    Raises FailedTask.DoesNotExist, OperationsError OVER, NOT_WHOLE, UNKNOWN_JOB, NO_BROKER.
    """
    row = _open(failed_id)
    if not row.can_be_repeated:
        raise OperationsError(OperationsErrorCode.NOT_WHOLE)
    current_app.loader.import_default_modules()  # a web server knows the jobs that it has called only
    if row.name not in current_app.tasks:
        raise OperationsError(OperationsErrorCode.UNKNOWN_JOB)
    if not queues.broker_answers():
        raise OperationsError(OperationsErrorCode.NO_BROKER)
    row.retried_at = timezone.now()
    _close(row, staff, "operations.again")
    given = row.arguments
    # Not by the job itself: that looks at its arguments here, and those of another release would be an error of this page.
    # Its result nobody reads (CELERY_TASK_IGNORE_RESULT): `send_task` alone would wait for the store of results.
    transaction.on_commit(
        partial(current_app.send_task, row.name, args=given.get("args"), kwargs=given.get("kwargs"), ignore_result=True)
    )
    return row


@transaction.atomic
def put_aside(*, failed_id: int, staff: models.Model) -> FailedTask:
    """Nothing more is to be done about it. Raises FailedTask.DoesNotExist, OperationsError OVER."""
    row = _open(failed_id)
    _close(row, staff, "operations.aside")
    return row


def _open(failed_id: int) -> FailedTask:
    row = locks.lock_failed_task(failed_id)
    if row.closed_at is not None:
        raise OperationsError(OperationsErrorCode.OVER)
    return row


def _close(row: FailedTask, staff: models.Model, action: str) -> None:
    row.closed_at, row.closed_by_id = timezone.now(), staff.pk
    row.save(update_fields=["retried_at", "closed_at", "closed_by"])
    note(
        actor=staff,
        action=action,
        data={"failed": row.pk, "job": row.name, "error": row.error, "count": row.count},
        subject=row,
        before={"state": "open"},
        after={"state": "again" if row.retried_at else "aside"},
    )


def _kept(value: Any, key: str = "") -> tuple[Any, bool]:
    """What may be kept of an argument, and whether that is all of it."""
    if isinstance(value, dict):
        pairs = {str(name): _kept(item, str(name)) for name, item in value.items()}
        whole = all(isinstance(name, str) for name in value) and all(is_whole for _item, is_whole in pairs.values())
        return {name: item for name, (item, _whole) in pairs.items()}, whole
    if isinstance(value, list):
        items = [_kept(item, key) for item in value]
        return [item for item, _whole in items], all(is_whole for _item, is_whole in items)
    if isinstance(value, bool) or value is None:
        return value, True
    if isinstance(value, int | float):  # a mobile number is one, too
        shown = str(value)
        return (value, True) if _shown(shown) == shown else (_shown(shown), False)
    if not isinstance(value, str):
        return _shown(repr(value)), False
    if _SECRET.search(key):
        return LEFT_OUT, False
    shown = _shown(value)
    return shown, shown == value


def _shown(text: str) -> str:
    return masked(text)[:_TEXT_LENGTH]


def arguments_in_words(row: FailedTask) -> str:
    """Its arguments on one line, for the page."""
    return json.dumps(row.arguments, ensure_ascii=False)
