"""Pages that fail with a person's words on their lips, before all of the portal's."""

import logging

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from marketplace.accounts.models import User
from marketplace.core.errors import BusyError, BusyErrorCode
from portal.urls import handler500 as handler500
from portal.urls import urlpatterns as of_the_portal
from tests.portal.watching.failing_jobs import MAIL, NAME, PHONE

logger = logging.getLogger(__name__)


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
failing = [path(f"{view.__name__.strip('_')}/", view, name=view.__name__.strip("_")) for view in views]
urlpatterns = [*failing, *of_the_portal]
