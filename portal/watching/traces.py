"""Traces by OpenTelemetry: page, job, statement, call of an institution, as spans that a collector takes over OTLP.

Loaded only where OTEL_EXPORTER_OTLP_ENDPOINT is set (starting.py); what of a span leaves is said in clean_spans.py.
"""

import atexit
import os
from typing import Any

from celery import signals
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from opentelemetry import context, propagate, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.instrumentation.urllib import URLLibInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, Sampler, SamplingResult, TraceIdRatioBased
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from marketplace.core import trace as numbers
from marketplace.operations.machine import commit_of
from portal.env import BASE_DIR
from portal.watching.clean_spans import CleanExporter
from portal.watching.middleware import route_of
from portal.watching.starting import command_name

_provider: TracerProvider | None = None


def start(kind: str) -> None:
    """From now on this process sends traces, as `jiangji-<kind>`. Called again, it does nothing."""
    global _provider
    if _provider is not None:
        return
    # The names of attributes that are settled by now; the instrumentations still begin with older ones.
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")
    # Seconds, tries included. A process that ends waits for what is on its way and for the rest, while its collector is away too.
    os.environ.setdefault("OTEL_EXPORTER_OTLP_TIMEOUT", "5")
    resource = Resource.create(
        {
            "service.name": f"jiangji-{kind}",
            "service.version": commit_of(BASE_DIR)[:12] or "unknown",
            "deployment.environment.name": settings.SENTRY_ENVIRONMENT,
        }
    )
    sampler = ParentBased(root=Beginnings(TraceIdRatioBased(settings.OTEL_TRACES_SAMPLER_ARG)))
    _provider = TracerProvider(resource=resource, sampler=sampler)
    _provider.add_span_processor(Belonging())
    exporter = OTLPSpanExporter(endpoint=f"{settings.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces")
    _provider.add_span_processor(BatchSpanProcessor(CleanExporter(exporter)))
    trace.set_tracer_provider(_provider)
    propagate.set_global_textmap(ToJobs())
    _instrument(kind)


def end() -> None:
    """Send what waits. Nothing is traced afterwards."""
    if _provider is not None:
        _provider.shutdown()


def _instrument(kind: str) -> None:
    if kind in {"web", "live"}:
        # Second, below what gives a request its number: it asks for the host, and who types a wrong one is to get a number too.
        DjangoInstrumentor().instrument(middleware_position=1, excluded_urls="healthz", response_hook=_name_page)
    if kind != "command":
        signals.before_task_publish.connect(_begin_anew, dispatch_uid="watching_begin_anew")
    for instrumentor in (CeleryInstrumentor, PsycopgInstrumentor, RedisInstrumentor, RequestsInstrumentor):
        instrumentor().instrument()
    URLLibInstrumentor().instrument()
    if kind == "command":
        span = trace.get_tracer(__name__).start_span(f"command {command_name()}")
        context.attach(trace.set_span_in_context(span))
        atexit.register(span.end)  # before the provider's own end, which was registered earlier


def _name_page(span: trace.Span, request: HttpRequest, _response: HttpResponseBase) -> None:
    """A page is called what it is called in the log and in the figures."""
    route = route_of(request)
    span.update_name(f"{request.method} {route}")
    span.set_attribute("http.route", route)


def _begin_anew(**_more: Any) -> None:
    """Called before the library's own handler. Where the broker did not take a job, the library never ends that span.

    Within a page or a job the span around ends it; beat would have put all that it sends from then on into one trace.
    """
    if not numbers.request_id() and not numbers.task()[0]:
        context.attach(Context())


class Beginnings(Sampler):
    """Which traces begin: pages, jobs and commands by the ratio; a statement or a call outside of them begins none.

    Else each look of beat and of the live sockets into the database would be a trace by itself.
    """

    def __init__(self, ratio: Sampler) -> None:
        self._ratio = ratio

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        *others: Any,
        **more: Any,
    ) -> SamplingResult:
        """The ratio's answer, or no."""
        if kind is SpanKind.CLIENT:
            return SamplingResult(Decision.DROP)
        return self._ratio.should_sample(parent_context, trace_id, name, kind, *others, **more)

    def get_description(self) -> str:
        """For the library's own log."""
        return f"Beginnings({self._ratio.get_description()})"


class Belonging(SpanProcessor):
    """Spans bear the number of the request, lines of the log that of the trace."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """A span begins; one that begins here, or goes on with what began in another process, says which trace it is."""
        if request_id := numbers.request_id():
            span.set_attribute("jiangji.request_id", request_id)
        if _is_first(span):
            numbers.belongs_to_trace(trace.format_trace_id(span.get_span_context().trace_id))

    def on_end(self, span: ReadableSpan) -> None:
        """The line of a request is written after its span; the end of the request forgets the trace then."""
        if _is_first(span) and not numbers.request_id():
            numbers.belongs_to_trace("")


def _is_first(span: ReadableSpan) -> bool:
    return span.parent is None or span.parent.is_remote


class ToJobs(TraceContextTextMapPropagator):
    """The number of a trace goes to our own jobs, which alone have the number of the job that caused them.

    Institutions, and whoever else we call, are told nothing of it; strangers who ask for a page name no trace and decide not
    whether it is kept. No baggage either way.
    """

    def extract(self, carrier: Any, context: Context | None = None, *arguments: Any, **more: Any) -> Context:
        """Read it from what came with a job."""
        if hasattr(carrier, "root_id"):
            return super().extract(carrier, context, *arguments, **more)
        return Context() if context is None else context

    def inject(self, carrier: Any, *arguments: Any, **more: Any) -> None:
        """Write it into the headers of a job."""
        if "root_id" in carrier:
            super().inject(carrier, *arguments, **more)
