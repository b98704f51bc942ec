"""What of a span leaves the process. Whatever is not named here does not: libraries add attributes with each version."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Link, SpanKind, Status, StatusCode

from marketplace.core.masking import masked
from portal.watching.cleaning import statement

# Attributes of OpenTelemetry's conventions that say nothing of a person. Paths, queries, headers, addresses of people, keys
# of Valkey, arguments of jobs, words of exceptions are not among them.
_KEPT = frozenset(
    {
        "http.request.method", "http.route", "http.response.status_code", "url.scheme", "server.address", "server.port",
        "network.protocol.version", "error.type", "exception.type", "db.system", "db.system.name", "db.name",
        "db.namespace", "db.operation.name", "db.redis.pipeline_length", "celery.action", "celery.state",
        "celery.task_name", "celery.retries", "messaging.destination", "messaging.destination.name",
    }
)  # fmt: skip
# Ours, or made by us: digits in them reach nobody.
_NUMBERS = frozenset({"jiangji.request_id", "messaging.message.id", "messaging.message_id"})
_ADDRESSES = frozenset({"url.full", "http.url"})
_STATEMENTS = frozenset({"db.query.text", "db.statement"})


class CleanExporter(SpanExporter):
    """Hands cleaned copies to another exporter; in the thread that sends, so that no page waits for it."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send them."""
        return self._exporter.export([cleaned(span) for span in spans])

    def shutdown(self) -> None:
        """No more will come."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits."""
        return self._exporter.force_flush(timeout_millis)


def cleaned(span: ReadableSpan) -> ReadableSpan:
    """A copy without what reaches or names a person. Of an exception its class is left: its words stand in the log."""
    is_postgres = "postgresql" in {(span.attributes or {}).get(name) for name in ("db.system", "db.system.name")}
    return ReadableSpan(
        name=masked(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_attributes(span.attributes, statement if is_postgres else None),
        events=[Event(event.name, _attributes(event.attributes), event.timestamp) for event in span.events],
        links=[Link(link.context) for link in span.links],
        kind=span.kind,
        status=Status(StatusCode.UNSET if _was_refused(span) else span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _attributes(found: Any, read_statement: Callable[[str], str] | None = None) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in (found or {}).items():
        if name in _STATEMENTS and read_statement is not None:
            kept[name] = read_statement(str(value))
        elif name in _ADDRESSES:
            kept = _host(str(value)) | kept
        elif name in _KEPT:
            kept[name] = masked(value) if isinstance(value, str) else value
        elif name in _NUMBERS:
            kept[name] = value
    return kept


def _was_refused(span: ReadableSpan) -> bool:
    """A page that answered with a 4xx has not failed, whatever exception said so."""
    answered = (span.attributes or {}).get("http.response.status_code")
    return span.kind is SpanKind.SERVER and isinstance(answered, int) and answered < 500


def _host(address: str) -> dict[str, Any]:
    """Of an address that was called, whose it is: paths and queries of institutions carry names, numbers and signatures."""
    try:
        parts = urlsplit(address)
        found = {"url.scheme": parts.scheme, "server.address": parts.hostname, "server.port": parts.port}
    except ValueError:  # no address, or no port
        return {}
    return {name: value for name, value in found.items() if value}
