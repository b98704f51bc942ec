"""One message, and stretches of a conversation: changing, taking back, what is new, what is found."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.messaging import selectors, services
from marketplace.messaging.errors import WARNINGS
from marketplace.messaging.forms import EditForm
from marketplace.messaging.live.catching_up import moment_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int, sequence: int) -> HttpResponse:
    """New words for a message of one's own: a page with a form, and what a script posts from the box of the conversation."""
    conversation = selectors.conversation_for(request.user, pk)
    message = selectors.own_message(request.user, conversation, sequence)
    form = EditForm(request.POST or None, initial={"body": message.body})
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_message(
                conversation_id=pk,
                sequence=sequence,
                editor=request.user,
                body=form.cleaned_data["body"],
                confirmed=form.cleaned_data["confirmed"],
            )
        except DomainError as refusal:
            if _is_from_script(request):
                raise
            form.add_error("body", refusal.message)
            form.is_warned = refusal.code in WARNINGS
        else:
            if _is_from_script(request):
                return HttpResponse(status=204)
            return redirect(f"{conversation.get_absolute_url()}#message-{message.pk}")
    if form.errors and _is_from_script(request):
        return JsonResponse({"code": "invalid", "message": form.errors["body"][0]}, status=422)
    context = {"conversation": conversation, "message": message, "form": form}
    return render(request, "messaging/message_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int, sequence: int) -> HttpResponse:
    """Take a message of one's own back."""
    conversation = selectors.conversation_for(request.user, pk)
    message = selectors.own_message(request.user, conversation, sequence)
    services.withdraw_message(conversation_id=pk, sequence=sequence, user=request.user)
    if _is_from_script(request):
        return HttpResponse(status=204)
    return redirect(f"{conversation.get_absolute_url()}#message-{message.pk}")


@login_required
@never_cache
@require_safe
def earlier(request: HttpRequest, pk: int, before: int) -> HttpResponse:
    """The stretch before a message, to be put above it."""
    conversation = selectors.conversation_for(request.user, pk)
    context = {
        "conversation": conversation,
        "thread": selectors.thread(conversation, before=before, viewer=request.user),
        "marks": selectors.marks_of(conversation, request.user),
        "change_until": selectors.changeable_since(),
    }
    return render(request, "messaging/_earlier.html", context)


@login_required
@never_cache
@require_safe
def news(request: HttpRequest, pk: int, after: int) -> HttpResponse:
    """What a page without a socket asks for every few seconds: new messages, changed ones in their place, marks.

    `since` is the server's clock of the answer before, `read` the other side's mark as the page shows it. Who gets new
    messages here has them on the screen.
    """
    conversation = selectors.conversation_for(request.user, pk)
    asked_at = clock.now()
    fresh = selectors.messages_after(conversation, after=after)
    marks = selectors.marks_of(conversation, request.user)
    since = moment_of(request.GET.get("since", "").replace(" ", "+")) or asked_at
    if fresh:
        services.mark_read(conversation_id=pk, reader=request.user, up_to=fresh[-1].sequence)
    context = {
        "conversation": conversation,
        "fresh": fresh,
        "changed": selectors.changed_for(conversation, request.user, up_to=after, since=since, read=_mark(request)),
        "after": fresh[-1].sequence if fresh else after,
        "marks": marks,
        "asked_at": asked_at,
        "change_until": selectors.changeable_since(),
    }
    return render(request, "messaging/_news.html", context)


@login_required
@never_cache
@require_safe
def order_news(request: HttpRequest, pk: int) -> HttpResponse:
    """How the order of a conversation stands, and what happened to it after `since`, for a page that is open. Reads nothing."""
    conversation = selectors.conversation_for(request.user, pk)
    since = moment_of(request.GET.get("since", "").replace(" ", "+"))
    if conversation.order is None or since is None:
        raise Http404
    lines = selectors.order_lines(conversation, request.user, since=since)
    return render(request, "messaging/_order_news.html", {"order": conversation.order, "lines": lines})


@login_required
@require_safe
def search(request: HttpRequest, pk: int) -> HttpResponse:
    """Messages of one conversation in which some words stand."""
    conversation = selectors.conversation_for(request.user, pk)
    words, before = request.GET.get("q", "").strip()[:100], request.GET.get("before", "")
    known = before.isascii() and before.isdigit() and len(before) < 19
    found = selectors.search(conversation, words, before=int(before) if known else None)
    context = {
        "conversation": conversation,
        "other": selectors.other_of(conversation, request.user),
        "words": words,
        "found": found,
        "more_before": found[-1].sequence if len(found) == selectors.FOUND_AT_MOST else None,
    }
    return render(request, "messaging/conversation_search.html", context)


def _is_from_script(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _mark(request: HttpRequest) -> int:
    value = request.GET.get("read", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 2**62
