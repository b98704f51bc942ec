"""What a line of the log belongs to: the request that caused it and the job that wrote it.

A context of its own for each request and each job, also across threads and `await`. Nothing here says who somebody is.
"""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_request: ContextVar[str] = ContextVar("request", default="")
_task: ContextVar[tuple[str, str]] = ContextVar("task", default=("", ""))
_trace: ContextVar[str] = ContextVar("trace", default="")
# As nginx's $request_id makes them, or a UUID. Anything else could carry words of a stranger into our log.
_WELL_FORMED = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def request_id() -> str:
    """The number of the request that this belongs to, through jobs too; empty outside of one."""
    return _request.get()


def task() -> tuple[str, str]:
    """Number and name of the job that runs here; empty outside of one."""
    return _task.get()


def trace_id() -> str:
    """The number of the trace that is kept of what happens here (docs/operations.md); empty where none is."""
    return _trace.get()


def belongs_to_trace(identifier: str) -> None:
    """From here on, until request or job end, lines of the log belong to this trace; to none if it is empty."""
    _trace.set(identifier)


def well_formed(said: str) -> str:
    """The number that somebody gave, if it is one; else a new one."""
    return said if _WELL_FORMED.fullmatch(said) else uuid.uuid4().hex


@contextmanager
def of_request(identifier: str) -> Iterator[None]:
    """What happens inside belongs to this request."""
    token, trace_token = _request.set(identifier), _trace.set("")
    try:
        yield
    finally:
        _trace.reset(trace_token)
        _request.reset(token)


def begin_task(identifier: str, name: str, request: str) -> None:
    """From here on a job runs, which this request caused if it is not empty."""
    _task.set((identifier, name))
    _request.set(request)
    _trace.set("")


def end_task() -> None:
    """The job is over; its thread has none until the next one."""
    _task.set(("", ""))
    _request.set("")
    _trace.set("")
