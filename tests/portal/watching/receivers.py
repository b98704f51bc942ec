"""What a collector and a Sentry are to their clients: real servers of ours that take what is sent and keep it."""

import gzip
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import brotli
from google.protobuf.json_format import MessageToJson

UNPACK: dict[str, Callable[[bytes], bytes]] = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")


@dataclass(frozen=True)
class Span:
    """One span as it came, in plain types. `everything` is all of it as text: what is not in there was not sent."""

    service: str
    name: str
    kind: str
    trace: str
    number: str
    parent: str
    attributes: dict[str, Any]
    events: list[tuple[str, dict[str, Any]]]
    failed: bool
    resource: dict[str, Any]
    everything: str


@dataclass
class Receiver:
    """What came by now."""

    url: str = ""
    spans: list[Span] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)
    envelopes: list[str] = field(default_factory=list)

    @property
    def dsn(self) -> str:
        """Where a Sentry client finds it."""
        return f"{self.url.replace('://', '://public@')}/7"

    def named(self, name: str) -> list[Span]:
        """The spans of a name."""
        return [span for span in self.spans if span.name == name]


@contextmanager
def listening() -> Iterator[Receiver]:
    """Listen on a port of the system's choice."""
    receiver = Receiver()
    _request_type()  # before there are threads

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            body = UNPACK[self.headers.get("Content-Encoding", "")](body)
            if self.path == "/v1/traces":
                receiver.spans += read_spans(body)
            else:
                assert self.path == "/api/7/envelope/", self.path
                receiver.envelopes.append(body.decode())
                receiver.reports += read_envelope(body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def read_envelope(body: bytes) -> list[dict[str, Any]]:
    """The events of an envelope: a line about it, then for each item a line about it and its content."""
    _about, *lines = body.decode().splitlines()
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return [json.loads(content) for header, content in pairs if json.loads(header)["type"] == "event"]


def read_spans(body: bytes) -> list[Span]:
    """What an exporter wrote, by the protocol's own definition."""
    message = _request_type()()
    message.ParseFromString(body)
    found = []
    for group in message.resource_spans:
        resource = _plain(group.resource.attributes)
        for span in (span for scope in group.scope_spans for span in scope.spans):
            found.append(
                Span(
                    service=resource["service.name"],
                    name=span.name,
                    kind=KINDS[span.kind],
                    trace=span.trace_id.hex(),
                    number=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    attributes=_plain(span.attributes),
                    events=[(event.name, _plain(event.attributes)) for event in span.events],
                    failed=span.status.code == 2,
                    resource=resource,
                    everything=MessageToJson(span, ensure_ascii=False),
                )
            )
    return found


@cache
def _request_type() -> Callable[[], Any]:
    """Loaded here alone, and only now: the portal keeps it from being loaded (portal/__init__.py)."""
    kept = sys.modules.pop("opentelemetry", None)
    try:
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    finally:
        sys.modules["opentelemetry"] = kept  # type: ignore[assignment]
    return ExportTraceServiceRequest


def _plain(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}
