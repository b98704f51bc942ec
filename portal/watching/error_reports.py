"""Errors told to a Sentry (or a GlitchTip) of one's own: what is logged as one, and each job that failed.

Loaded only where SENTRY_DSN is set (starting.py). A report is written anew from a few parts of what the client collected: no
request, no variables, no crumbs of what happened before; those would say who it was.
"""

import sys
from typing import Any

import sentry_sdk
from celery import signals
from celery.utils.serialization import UnpickleableExceptionWrapper
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration, ignore_logger
from sentry_sdk.integrations.threading import ThreadingIntegration
from sentry_sdk.types import Event, Hint

from marketplace.core import trace
from marketplace.core.errors import DomainError
from marketplace.core.masking import masked
from marketplace.operations.machine import commit_of
from portal.env import BASE_DIR
from portal.watching.cleaning import of_error
from portal.watching.middleware import route_of

SECONDS_TO_SEND = 2  # at the end of a process, whether Sentry answers or not
# Answered with a 4xx: somebody typed, or may, what they may not. Or they went away while they sent.
EXPECTED = (
    BadRequest, DomainError, Http404, MultiPartParserError, PermissionDenied, SuspiciousOperation, UnreadablePostError,
)  # fmt: skip
# Refusals of hosts and tokens, which Django logs as errors; failed jobs, which come by signal with all pools alike; what says
# that a collector is away.
SILENT_LOGGERS = ("django.security.*", "celery.app.trace", "celery.worker.request", "opentelemetry.*")
_OF_EVENT = (
    "event_id", "timestamp", "level", "logger", "platform", "release", "environment", "server_name", "sdk",
)  # fmt: skip
_OF_FRAME = (
    "filename", "function", "module", "lineno", "in_app", "pre_context", "context_line", "post_context",
)  # fmt: skip
_kind = ""


def start(kind: str) -> None:
    """From now on this process reports its errors, as `kind`. Called again, it does nothing."""
    global _kind
    if _kind:
        return
    _kind = kind
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.SENTRY_ENVIRONMENT,
        release=commit_of(BASE_DIR)[:12] or None,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=None, sentry_logs_level=None),
            ExcepthookIntegration(),
            ThreadingIntegration(),
            DedupeIntegration(),
            AtexitIntegration(callback=lambda _pending, _timeout: None),
        ],
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        shutdown_timeout=SECONDS_TO_SEND,
        before_send=report,
    )
    for name in SILENT_LOGGERS:
        ignore_logger(name)
    signals.task_failure.connect(_job_failed, dispatch_uid="watching_job_failed")


def send_waiting() -> None:
    """The process ends: send what waits, for as long as that may take."""
    sentry_sdk.flush(SECONDS_TO_SEND)


def _job_failed(sender: Any = None, task_id: str = "", exception: BaseException | None = None, **_more: Any) -> None:
    """As operations/failures.py writes it down: whatever ended a job, the loss of its process included."""
    if isinstance(exception, UnpickleableExceptionWrapper):  # what Celery makes of a DomainError for its own messages
        exception = sys.exc_info()[1] or exception
    with sentry_sdk.new_scope() as scope:
        scope.set_tag("task", getattr(sender, "name", str(sender)))
        scope.set_tag("task_id", task_id)
        scope.capture_exception(exception)


def report(event: Event, hint: Hint) -> Event | None:
    """What leaves the house of an event; None if nothing does."""
    collected: dict[str, Any] = dict(event)
    tags = {"process": _kind} | {name: str(value) for name, value in (collected.get("tags") or {}).items()}
    tags |= {
        name: value
        for name, value in zip(
            ("request_id", "trace_id", "task_id", "task"),
            (trace.request_id(), trace.trace_id(), *trace.task()),
            strict=True,
        )
        if value
    }
    record = hint.get("log_record")
    error = (hint.get("exc_info") or (None, None, None))[1]
    if "task" not in tags and isinstance(error, EXPECTED):
        return None
    if error is None and record is not None and record.name == "django.request":
        return None  # a 5xx that was answered on purpose; whoever did has said why
    request = getattr(record, "request", None)
    left: dict[str, Any] = {name: collected[name] for name in _OF_EVENT if name in collected}
    left["transaction"] = tags.get("task") or (route_of(request) if hasattr(request, "resolver_match") else _kind)
    left["tags"] = {name: value for name, value in tags.items() if name in _TAGS}
    left["contexts"] = {"trace": _trace_of(collected)}
    if exception := collected.get("exception"):
        left["exception"] = {"values": [_value(one) for one in exception["values"]]}
        if isinstance(error, DomainError):  # the client takes its sentence, which is for people
            left["exception"]["values"][-1]["value"] = error.code.value
    if said := (collected.get("logentry") or {}).get("message"):
        left["logentry"] = {"message": masked(str(said))}  # before its words are put in
    return left  # type: ignore[return-value]


_TAGS = frozenset({"process", "request_id", "trace_id", "task_id", "task"})


def _trace_of(collected: dict[str, Any]) -> dict[str, Any]:
    given = (collected.get("contexts") or {}).get("trace") or {}
    own = {name: given[name] for name in ("trace_id", "span_id") if name in given}
    return own | ({"trace_id": trace.trace_id()} if trace.trace_id() else {})


def _value(value: dict[str, Any]) -> dict[str, Any]:
    """One exception of a chain: its class, where it was, and of its words what names nobody."""
    mechanism = value.get("mechanism") or {}
    left: dict[str, Any] = {name: value[name] for name in ("type", "module") if name in value}
    left["value"] = of_error(str(value.get("value") or ""))
    left["mechanism"] = {name: mechanism[name] for name in ("type", "handled") if name in mechanism}
    if stack := value.get("stacktrace"):
        left["stacktrace"] = {
            "frames": [{name: frame[name] for name in _OF_FRAME if name in frame} for frame in stack["frames"]]
        }
    return left
