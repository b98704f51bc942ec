"""The door (portal/page_door.py) before Django begins with a request at all, for gunicorn.

A kept page needs nothing of what stands around the middlewares: no connection of the database is looked at, no signal is sent,
and its headers are those that were kept with it. That is a third of the time it takes inside. Whatever the door does not answer
at once, and whatever is odd, goes to Django as if nobody had asked before. The same is done for the answer as inside: it has a
number, stands in the log and among the figures (portal/watching/middleware.py). A trace of it is not kept: nothing happens in it.
"""

import logging
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError
from django.middleware.gzip import re_accepts_gzip

from marketplace.core import page_cache, trace
from portal import page_door
from portal.watching.middleware import HEADER, note_answer

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

logger = logging.getLogger(__name__)
# What Django makes an answer of its own of: a name that is not ours, an address that cannot be read, a database that is away.
_FOR_DJANGO = (SuspiciousOperation, BadRequest, PermissionDenied, UnicodeError, DatabaseError)


def with_door(application: "WSGIApplication") -> "WSGIApplication":
    """The application behind the door, or as it is where something inside has to see every answer: the demo's clock, a CDN."""
    return application if settings.DEMO_CLOCK or settings.WAGTAILFRONTENDCACHE else OuterDoor(application)


class OuterDoor:
    """Give the kept page, or let Django answer."""

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """As WSGI has it (PEP 3333)."""
        given = self._given(environ, start_response) if environ["REQUEST_METHOD"] == "GET" else None
        return given if given is not None else self._application(environ, start_response)

    def _given(self, environ: dict[str, Any], start_response: "StartResponse") -> list[bytes] | None:
        begun, asked = time.perf_counter(), environ.copy()  # Django gets its own as it came
        identifier = trace.well_formed(environ.get("HTTP_X_REQUEST_ID", ""))
        try:
            request = WSGIRequest(asked)
            with trace.of_request(identifier):
                page = page_door.page_for(request)
                environ[page_door.ASKED] = asked.get(page_door.ASKED, True)
                if page is None:
                    return None
                status, headers, body = _answer(request, page)
                note_answer(request, status=int(status[:3]), seconds=time.perf_counter() - begun)
        except _FOR_DJANGO:
            return None
        except Exception:  # Django meets the same, and answers it with a page, a number and a line in the log
            logger.exception("the door outside could not answer")
            return None
        start_response(status, [*headers, (HEADER, identifier)])
        return [body]


def _answer(request: WSGIRequest, page: page_cache.KeptPage) -> tuple[str, list[tuple[str, str]], bytes]:
    """Status, headers and body."""
    said = request.META
    is_asking = "HTTP_IF_NONE_MATCH" in said or "HTTP_IF_MATCH" in said
    if is_asking or not re_accepts_gzip.search(said.get("HTTP_ACCEPT_ENCODING", "")):
        response = page_door.answer_to(request, page)
        return f"{response.status_code} {response.reason_phrase}", list(response.items()), response.content
    headers = [*page.headers, ("Content-Encoding", "gzip"), ("Content-Length", str(len(page.body)))]
    return "200 OK", headers, page.body
