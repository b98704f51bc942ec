from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.messaging import frames, push, selectors, services
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.forms import MessageForm

WARNINGS = (MessagingErrorCode.CONTACT_WARNING, MessagingErrorCode.WORDS_WARNING)


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """All conversations, newest first."""
    return render(request, "messaging/conversation_list.html", {"rows": selectors.inbox(request.user)})


@login_required
@never_cache  # the way back from another page must show what has been said since
@require_http_methods(["GET", "POST"])
def conversation(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One conversation; a POST adds a message, and answers a script with the bubble's fields."""
    conversation = selectors.conversation_for(request.user, pk)
    if request.method == "POST":
        target = request.POST.get("next", "")
        return _send(request, conversation.pk, target if _is_ours(request, target) else conversation.get_absolute_url())
    services.mark_read(conversation_id=conversation.pk, reader=request.user)
    before = request.GET.get("before", "")
    other = selectors.other_of(conversation, request.user)
    thread = selectors.thread(conversation, before=int(before) if before.isdecimal() else None, viewer=request.user)
    context = {
        "conversation": conversation,
        "other": other,
        "thread": thread,
        "marks": selectors.marks_of(conversation, request.user),
        "gig_card": selectors.gig_card_of(conversation),
        "rows": selectors.inbox(request.user),
        "recent_files": selectors.recent_files(conversation),
        "quick_replies": selectors.quick_replies(request.user),
        "limits": _limits(),
    }
    return render(request, "messaging/conversation_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, handle: str) -> HttpResponseBase:
    """Write to somebody: opens the conversation, with a first message if there is one.

    A GET (somebody who had to log in first) asks for that first message.
    """
    other = selectors.person_by_handle(handle)
    asked_gig = (request.POST if request.method == "POST" else request.GET).get("gig")
    gig = selectors.live_gig_of(other, asked_gig)
    if request.method == "GET":
        existing = selectors.conversation_between(request.user, other)
        if existing is not None and gig is None:
            return redirect(existing)
        context = {"other": other, "gig": gig, "limits": _limits()}
        return render(request, "messaging/conversation_start.html", context)
    conversation = services.open_conversation(user=request.user, other=other, gig=gig)
    if not request.POST.get("body", "").strip() and not request.FILES:
        return redirect(conversation)
    target = request.POST.get("next", "")
    return _send(request, conversation.pk, target if _is_ours(request, target) else conversation.get_absolute_url())


@login_required
@require_safe
def attachment(request: HttpRequest, pk: int) -> FileResponse:
    """A file of a conversation, to be saved and never shown: whatever is in it does not run on our address."""
    attachment = selectors.attachment_for(request.user, pk)
    response = FileResponse(
        attachment.file.open("rb"),
        as_attachment=True,
        filename=attachment.name,
        content_type="application/octet-stream",
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _is_ours(request: HttpRequest, target: str) -> bool:
    return url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())


def _send(request: HttpRequest, conversation_id: int, target: str) -> HttpResponse:
    form = MessageForm(request.POST, request.FILES)
    if not form.is_valid():
        return HttpResponseBadRequest()
    try:
        message = services.send_message(
            conversation_id=conversation_id,
            sender=request.user,
            body=form.cleaned_data["body"],
            files=form.cleaned_data["files"],
            confirmed=form.cleaned_data["confirmed"],
        )
    except MessagingError as error:
        if error.code not in WARNINGS or request.headers.get("Accept", "").startswith("application/json"):
            raise
        return _warn(request, conversation_id, form, error, target)
    if request.headers.get("Accept", "").startswith("application/json"):
        found = selectors.message_with_files(message.pk)
        frame = frames.message_frame(found, found.conversation)
        role = str(selectors.role_in(found.conversation, request.user.pk))
        return JsonResponse(push.for_viewer(frame, role), status=201)
    return redirect(f"{target}#message-{message.pk}")


def _warn(
    request: HttpRequest, conversation_id: int, form: MessageForm, warning: MessagingError, target: str
) -> HttpResponse:
    """The words once more, to be changed or sent as they are. A browser gives no file back, so those are chosen again."""
    context = {
        "conversation": selectors.conversation_for(request.user, conversation_id),
        "body": form.cleaned_data["body"],
        "has_files": bool(form.cleaned_data["files"]),
        "warning": warning,
        "target": target,
        "limits": _limits(),
    }
    return render(request, "messaging/message_warning.html", context, status=409)


def _limits() -> dict[str, int]:
    """The service's limits, for the hints of the composer."""
    return {
        "message_length": services.MESSAGE_LENGTH,
        "files": services.FILES_PER_MESSAGE,
        "megabytes": services.FILE_MEGABYTES,
    }
