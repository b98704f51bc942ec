"""Files of conversations. They are private: each request asks anew who takes part, and where an object storage keeps them the
browser is sent on to an address that is signed and good for a minute."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from marketplace.core.downloads import download
from marketplace.messaging import selectors
from marketplace.messaging.models import private_storage
from marketplace.messaging.sent_files import AUDIO_TYPES
from marketplace.messaging.services import note_file_reading
from marketplace.uploads.direct import download_address, takes_files_directly

# As bubbles show it, and as wide as the screen.
SMALL, LARGE = 640, 1600


@login_required
@require_safe
def attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file of a conversation, to be saved and never shown: whatever is in it does not run on our address."""
    found = selectors.attachment_for(request.user, pk)
    note_file_reading(attachment=found, reader=request.user)
    if takes_files_directly():
        return HttpResponseRedirect(download_address(str(found.file.name), name=found.name))
    return download(request, found.file.open("rb"), size=found.size, name=found.name)


@login_required
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """A picture as we drew it ourselves, without what its file carried: ours, so that a page may show it."""
    found = selectors.picture_for(request.user, pk)
    note_file_reading(attachment=found, reader=request.user)
    width = LARGE if request.GET.get("size") == "large" else SMALL
    fitting = [size for size in found.previews if size["width"] <= width] or found.previews[:1]
    with private_storage().open(max(fitting, key=lambda size: size["width"])["webp"]) as stored:
        content = stored.read()
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="image/webp", headers=headers)


@login_required
@require_safe
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """A page of one picture, or its part of it in the viewer, with the way to the one before and after it."""
    found = selectors.picture_for(request.user, pk)
    note_file_reading(attachment=found, reader=request.user)
    before, after = selectors.pictures_beside(found)
    is_part = bool(request.headers.get("HX-Request"))
    context = {"file": found, "shown": found.previews[-1], "before": before, "after": after}
    return render(request, "messaging/_picture.html" if is_part else "messaging/picture.html", context)


@login_required
@require_safe
def voice(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A voice message, to be played in the page. Nothing else is served with a type that plays."""
    found = selectors.voice_for(request.user, pk)
    note_file_reading(attachment=found, reader=request.user)
    response = download(request, found.file.open("rb"), size=found.size, name=found.name)
    response.headers["Content-Type"] = AUDIO_TYPES[found.name.rpartition(".")[2].lower()]
    response.headers["Content-Disposition"] = "inline"
    return response
