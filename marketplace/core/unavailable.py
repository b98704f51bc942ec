"""What the site leans on is away: said with 503 and when to come again, not as a fault of the program."""

import errno

import psycopg
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils.translation import gettext as _
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

RETRY_AFTER_SECONDS = 10
# PostgreSQL's classes of states: the connection broke; too little of something (connections, memory, room on the disk); an
# operator shut it down, or it is starting. https://www.postgresql.org/docs/18/errcodes-appendix.html
_AWAY = ("08", "53", "57P")
_OF_STORAGE = ("botocore.", "boto3.")


def is_full(exception: BaseException | None) -> bool:
    """Whether a file could not be written because there is no room left for it: nobody's mistake, and over one day."""
    return isinstance(exception, OSError) and exception.errno in (errno.ENOSPC, errno.EDQUOT)


def is_away(exception: BaseException | None) -> bool:
    """Whether the database, Valkey or the object storage could not be asked or keep what it was told, or the disk is full."""
    if is_full(exception) or storage_is_away(exception):
        return True
    if isinstance(exception, RedisConnectionError | RedisTimeoutError):
        return True
    if not isinstance(exception, OperationalError | InterfaceError):
        return False
    cause = exception.__cause__
    # Without a state nobody answered, or the connection ended in the middle of an answer.
    state = (cause.sqlstate if isinstance(cause, psycopg.Error) else None) or "08"
    return state.startswith(_AWAY)


def storage_is_away(exception: BaseException | None) -> bool:
    """Whether the object storage did not answer, broke off, or answered that it is unwell (5xx, or too many questions)."""
    if not type(exception).__module__.startswith(_OF_STORAGE):
        return False  # without an object storage its libraries are never loaded
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

    if isinstance(exception, ClientError):
        status = exception.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return bool(status >= 500 or status == 429)
    return isinstance(exception, ConnectionError | HTTPClientError | Boto3Error)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 without database, session or context processors: any of them may be what is away."""
    if request.headers.get("Accept", "").startswith("application/json"):
        response: HttpResponse = JsonResponse(
            {"code": "unavailable", "message": _("We are away for a moment")}, status=503
        )
    else:
        response = HttpResponse(loader.get_template("503.html").render(), status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response.headers["Cache-Control"] = "private, no-store"
    return response
