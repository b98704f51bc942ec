"""A process of the portal that kills itself, with SIGKILL, at a named point: nothing is flushed, closed or rolled back by it.

The points are put around functions of the portal here, in the process that will die; the portal knows nothing of them.
"""

import importlib
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
if not apps.ready:  # in the process that victims are forked from; in the tests' own it is ready
    django.setup()

BEFORE, DURING, AFTER = "before", "during", "after"
REPLY = "the reply"
# How far into a call DURING is.
MOMENT_SECONDS = 0.3


@dataclass(frozen=True)
class Point:
    """Where to die: before, during or after the call of a function `package.module:name` or `package.module:Class.name`.

    With `once` (a file), only the first process that comes here dies; the file says that one did.
    """

    at: str
    when: str = BEFORE
    once: str = ""


def set_point(point: Point) -> None:
    """Put the point into this process."""
    module_name, _colon, path = point.at.partition(":")
    holder: Any = importlib.import_module(module_name)
    *owners, name = path.split(".")
    for owner in owners:
        holder = getattr(holder, owner)
    setattr(holder, name, _deadly(getattr(holder, name), point))


def _deadly(function: Callable[..., Any], point: Point) -> Callable[..., Any]:
    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if point.when == BEFORE:
            die(point.once)
        if point.when == DURING:
            threading.Timer(MOMENT_SECONDS, die, args=[point.once]).start()
        result = function(*args, **kwargs)
        if point.when == AFTER:
            die(point.once)
        return result

    return call


def die(once: str = "") -> None:
    """End this process as a power cut would, unless another one has died here already."""
    if once:
        try:
            Path(once).touch(exist_ok=False)
        except FileExistsError:
            return
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)  # the signal is on its way


def run(function: str, point: Point | None, configured: dict[str, Any]) -> None:
    """Call one function of the portal, a job for example, in a process of its own."""
    configure(configured)
    if point is not None:
        set_point(point)
    module_name, _colon, name = function.partition(":")
    getattr(importlib.import_module(module_name), name)()


def serve(port: int, point: Point | None, configured: dict[str, Any]) -> None:
    """Serve the portal's pages on this port until killed."""
    from django.core.wsgi import get_wsgi_application

    configure(configured)
    if point is not None and point.at != REPLY:
        set_point(point)
    server_class = _DyingServer if point is not None and point.at == REPLY else _Server
    with make_server("127.0.0.1", port, get_wsgi_application(), server_class, _SilentHandler) as server:
        server.serve_forever()


def configure(configured: dict[str, Any]) -> None:
    """Set what the test of this process is configured with."""
    from django.conf import settings

    for name, value in configured.items():
        setattr(settings, name, value)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    has_answered = False


class _DyingServer(_Server):
    """Dies when the answer to the first request is on its way."""

    def shutdown_request(self, request: Any) -> None:
        """The answer is written: close the connection, and die."""
        super().shutdown_request(request)
        if self.has_answered:
            die()


class _SilentHandler(WSGIRequestHandler):
    def handle(self) -> None:
        """Answer one request; somebody who only looks whether the port is open has asked nothing."""
        super().handle()
        self.server.has_answered = bool(self.raw_requestline)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def send_notices() -> None:
    """All that is due, as the jobs do it."""
    from marketplace.notifications import dispatching, spreading

    spreading.spread_lines()
    for key in dispatching.due_dispatches():
        dispatching.deliver(dispatch_id=key)
