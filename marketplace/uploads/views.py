"""Files on their way in, for static/js/uploads.js. Everything here answers JSON; forms without script post to their own pages."""

from uuid import UUID

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBadRequest, JsonResponse
from django.http.response import HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.accounts import limits
from marketplace.uploads import presenters, selectors, services
from marketplace.uploads.direct import takes_files_directly
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.forms import DeclareForm, FormForm
from marketplace.uploads.handlers import LimitedFileHandler
from marketplace.uploads.purposes import MEGABYTE


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def collection(request: HttpRequest) -> HttpResponseBase:
    """GET: what one has sent for a form and not used yet. POST: announce a file, and hear where to send it."""
    if request.method != "POST":
        form = FormForm(request.GET)
        if not form.is_valid():
            return HttpResponseBadRequest()
        purpose, subject = form.cleaned_data["purpose"], form.cleaned_data["subject"]
        uploads = selectors.uploads_of_form(user=request.user, purpose=purpose.key, subject=subject)
        return JsonResponse({"uploads": [presenters.as_json(upload) for upload in uploads]})
    declared = DeclareForm(request.POST)
    if not declared.is_valid():
        return HttpResponseBadRequest()
    _require_room(request, "upload", declared.cleaned_data["name"])
    upload = services.declare_upload(owner=request.user, **declared.cleaned_data)
    return JsonResponse(presenters.with_target(upload, csrf_token=get_token(request)), status=201)


@csrf_exempt  # the token stands in the body, which may only be read once the handler is in place
@require_POST
def receive(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """The bytes of an upload, through the app: for machines without an object storage."""
    if not request.user.is_authenticated or takes_files_directly():
        raise Http404
    upload = selectors.get_own_upload(key, request.user)
    handler = LimitedFileHandler(limit=upload.size)
    request.upload_handlers = [handler]
    return _receive(request, key, handler)


@csrf_protect
def _receive(request: HttpRequest, key: UUID, handler: LimitedFileHandler) -> HttpResponseBase:
    upload = selectors.get_own_upload(key, request.user)
    file = request.FILES.get("file")
    if handler.is_exceeded:
        limit = max(1, upload.size // MEGABYTE)
        raise UploadError(UploadErrorCode.TOO_LARGE, name=upload.name, limit=limit)
    if file is None:
        return HttpResponseBadRequest()
    services.receive_file(upload=upload, file=file)
    return HttpResponse(status=201)


@login_required
@require_POST
def finish(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """All bytes are sent."""
    upload = selectors.get_own_upload(key, request.user)
    _require_room(request, "upload_finish", upload.name)
    upload = services.finish_upload(upload=upload)
    return JsonResponse(presenters.as_json(upload))


@login_required
@require_POST
def discard(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Never mind."""
    services.discard_upload(upload=selectors.get_own_upload(key, request.user))
    return HttpResponse(status=204)


def _require_room(request: HttpRequest, action: str, name: str) -> None:
    """Count one. Raises UploadError TOO_OFTEN: a sentence, where allauth's own answer would be a page."""
    if not ratelimit.consume(request, action=action, user=request.user):
        limits.note_refusal(limit=action, source=limits.source_of(request))
        raise UploadError(UploadErrorCode.TOO_OFTEN, name=name)
