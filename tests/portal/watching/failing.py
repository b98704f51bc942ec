"""Pages and jobs that fail with a person's words on their lips: what the tests of error reports break. Its own addresses, too."""

import logging

from celery import shared_task
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from marketplace.accounts.models import User
from marketplace.core.errors import BusyError, BusyErrorCode

logger = logging.getLogger(__name__)
NAME, PHONE, MAIL = "林小满", "13812345678", "lin.xiaoman@example.com"


def _words(request: HttpRequest) -> HttpResponse:
    typed = request.POST["name"]  # a local variable, which some clients would send along
    raise ValueError(f"{typed} <{MAIL}> at +86 {PHONE}: 'Lin Xiaoman' is no number")


def _taken(_request: HttpRequest) -> HttpResponse:
    """PostgreSQL shows the row that it refuses."""
    User.objects.create(username=User.objects.values_list("username", flat=True)[0])
    raise AssertionError("it was free")


def _refused(_request: HttpRequest) -> HttpResponse:
    raise BusyError(BusyErrorCode.BUSY)


def _missing(_request: HttpRequest) -> HttpResponse:
    raise Http404(NAME)


def _forbidden(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied(NAME)


def _suspicious(_request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation(NAME)


def _logged(_request: HttpRequest) -> HttpResponse:
    """As core.jobs.count_done: an item failed, the others go on."""
    try:
        raise LookupError(f"{NAME} is not there")
    except LookupError:
        logger.exception("a job failed for %r; the others go on", f"{NAME} {PHONE}")
    return HttpResponse("done")


def _unavailable(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("later", status=503)


views = (_words, _taken, _refused, _missing, _forbidden, _suspicious, _logged, _unavailable)
urlpatterns = [path(f"{view.__name__.strip('_')}/", view, name=view.__name__.strip("_")) for view in views]


@shared_task
def fail_with_words(name: str) -> None:
    """A job that fails; its argument must not leave."""
    raise ValueError(f"{name} <{MAIL}> at {PHONE}")


@shared_task
def fail_by_rule() -> None:
    """A rule that ends a job is an error of ours: nobody is there to be told."""
    raise BusyError(BusyErrorCode.BUSY)


@shared_task(autoretry_for=(LookupError,), max_retries=1, default_retry_delay=0)
def fail_twice() -> None:
    """A job that is tried again: the first time is no failure."""
    raise LookupError("again")
