"""Conversations: the list, one of them, and how they begin. Everything works as plain pages and forms."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.messaging import frames, push, selectors, services
from marketplace.messaging.errors import WARNINGS, MessagingErrorCode
from marketplace.messaging.forms import MessageForm
from marketplace.messaging.models import Conversation, Message
from marketplace.messaging.sent_files import subject_of
from marketplace.orders.selectors import order_for


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Conversations, newest first: all, those with something unread, those about orders, those put away."""
    show, query = selectors.known_part(request.GET.get("show", "")), request.GET.get("q", "").strip()[:60]
    most = selectors.INBOX_LENGTH
    rows = selectors.inbox(request.user, show=show, query=query, before=_number(request, "before"), limit=most + 1)
    context = {
        "rows": rows[:most],
        "more_before": rows[most - 1].conversation.pk if len(rows) > most else None,
        "show": show,
        "query": query,
        "current": _number(request, "current"),  # the list beside an open conversation
        "parts": selectors.parts(),
        "put_away": selectors.put_away(request.user, _number(request, "put_away")),
    }
    return render(request, "messaging/conversation_list.html", context)


@login_required
@never_cache  # the way back from another page must show what has been said since
@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One conversation; a POST adds a message, and answers a script with the frame that the socket would have brought."""
    conversation = selectors.conversation_for(request.user, pk)
    if request.method == "POST":
        return _send(request, conversation)
    if "peek" not in request.GET:  # a script that draws something anew: nobody has looked
        services.mark_read(conversation_id=conversation.pk, reader=request.user)
    return render(request, "messaging/conversation_detail.html", page_of(request, conversation))


def page_of(request: HttpRequest, conversation: Conversation, *, form: MessageForm | None = None) -> dict[str, Any]:
    """What the page of a conversation shows; `form` is one that was refused."""
    before, after, around, quoted = (_number(request, name) for name in ("before", "after", "around", "quote"))
    if around is not None:
        after = max(0, around - selectors.THREAD_LENGTH // 2)
    other = selectors.other_of(conversation, request.user)
    own = selectors.participation(conversation.pk, request.user)
    return {
        "conversation": conversation,
        "other": other,
        "is_blocked": other is not None and selectors.is_kept_away(conversation, by=request.user, other=other),
        "own": own,
        "is_muted": selectors.is_muted(own),
        "is_archived": selectors.is_archived(own, conversation),
        "thread": selectors.thread(conversation, before=before, after=after, viewer=request.user),
        "marks": selectors.marks_of(conversation, request.user),
        "gig_card": selectors.gig_card_of(conversation) if conversation.order_id is None else None,
        "order": conversation.order,
        "orders": selectors.running_orders_between(conversation),
        "rows": selectors.inbox(request.user),
        "recent_files": selectors.recent_files(conversation),
        "quick_replies": selectors.quick_replies(request.user, conversation),
        "quoted": selectors.quotable(conversation, quoted),
        "form": form or form_of(request, conversation),
        "body": form.data.get("body", "") if form is not None else "",
        "change_until": selectors.changeable_since(),
        "asked_at": clock.now(),
        "limits": _limits(),
    }


def form_of(request: HttpRequest, conversation: Conversation, *data: Any) -> MessageForm:
    """The form below a conversation."""
    return MessageForm(*data, owner=request.user, subject=subject_of(conversation.pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, handle: str) -> HttpResponseBase:
    """Write to somebody: opens the conversation, with a first message if there is one.

    A GET (somebody who had to log in first) asks for that first message.
    """
    other = selectors.person_by_handle(handle)
    # In the address, which outlives the log-in that comes in between; or in the form of the first message.
    asked_gig = request.POST.get("gig") or request.GET.get("gig")
    gig = selectors.live_gig_of(other, asked_gig)
    if request.method != "POST":
        existing = selectors.conversation_between(request.user, other)
        if existing is not None and gig is None:
            return redirect(existing)
        context = {"other": other, "gig": gig, "limits": _limits()}
        return render(request, "messaging/conversation_start.html", context)
    conversation = services.open_conversation(user=request.user, other=other, gig=gig)
    if not request.POST.get("body", "").strip() and not request.FILES:
        return redirect(conversation)
    return _send(request, conversation)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def about_order(request: HttpRequest, number: str) -> HttpResponseBase:
    """Write about an order, from its page: its conversation begins with the first message. A GET leads to what there is."""
    order = order_for(request.user, number)
    if request.method != "POST":
        conversation = selectors.order_conversation_of(order)
        return redirect(conversation or f"{order.get_absolute_url()}#talk")
    return _send(request, services.order_conversation(order=order))


@login_required
@require_POST
def settings(request: HttpRequest, pk: int) -> HttpResponse:
    """Mute, archive, and back again: one's own list alone."""
    conversation = selectors.conversation_for(request.user, pk)
    acts = {
        "mute": services.mute,
        "unmute": services.unmute,
        "archive": services.archive,
        "unarchive": services.unarchive,
    }
    act = acts.get(request.POST.get("act", ""))
    if act is not None:
        act(conversation_id=conversation.pk, user=request.user)
    if act is services.archive:
        return redirect(f"{reverse('messaging:inbox')}?put_away={conversation.pk}")
    return redirect("messaging:inbox" if "from_list" in request.POST else conversation)


def _send(request: HttpRequest, conversation: Conversation) -> HttpResponseBase:
    form = form_of(request, conversation, request.POST, request.FILES)
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    try:
        message = _sent(request, conversation, form)
    except DomainError as refusal:
        if wants_json:
            raise
        if refusal.code == MessagingErrorCode.HELD:  # moderators have it: it does not stand in the box to be sent again
            messages.info(request, refusal.message)
            return redirect(conversation)
        form.add_error(None, refusal.message)
        form.is_warned = refusal.code in WARNINGS
        message = None
    if message is None:
        if wants_json:
            sentence = " ".join(str(error) for errors in form.errors.values() for error in errors)
            return JsonResponse({"code": "invalid", "message": sentence}, status=400)
        page = page_of(request, conversation, form=form)
        return render(request, "messaging/conversation_detail.html", page, status=422)
    if wants_json:
        found = selectors.message_with_files(message.pk)
        frame = frames.message_frame(found, found.conversation)
        role = str(selectors.role_in(found.conversation, request.user.pk))
        return JsonResponse(push.for_viewer(frame, role), status=201)
    return redirect(f"{_safe_target(request) or conversation.get_absolute_url()}#message-{message.pk}")


def _sent(request: HttpRequest, conversation: Conversation, form: MessageForm) -> Message | None:
    """The message of a form that is well; None when the form says what is wrong."""
    if not form.is_valid() or not form.settle_files():
        return None
    return services.send_message(
        conversation_id=conversation.pk,
        sender=request.user,
        body=form.cleaned_data["body"],
        uploads=form.chosen,
        client_id=form.mark,
        quoted=form.cleaned_data["quoted"],
        confirmed=form.cleaned_data["confirmed"],
    )


def _safe_target(request: HttpRequest) -> str:
    """The page that the form stood on; "" for one that is not ours."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else ""


def _number(request: HttpRequest, name: str) -> int | None:
    """A number of a message in the address."""
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def _limits() -> dict[str, int]:
    """The service's limits, for the hints of the composer."""
    return {
        "message_length": services.MESSAGE_LENGTH,
        "files": services.FILES_PER_MESSAGE,
        "megabytes": services.FILE_MEGABYTES,
    }
