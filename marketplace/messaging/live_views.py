"""What scripts ask where no socket can be had, and parts of a thread as the page itself draws them."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.messaging import selectors, services
from marketplace.messaging.live import catching_up


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """The frames after a number, as the socket would bring them (docs/live.md). A POST notes how far somebody has read."""
    selectors.conversation_for(request.user, pk)  # staff reads at its desk, which notes who read it
    if request.method == "POST":
        sequence = request.POST.get("sequence", "")
        if not sequence.isdecimal():
            return HttpResponseBadRequest()
        services.mark_read(conversation_id=pk, reader=request.user, up_to=int(sequence))
        return HttpResponse(status=204)
    entry = catching_up.enter(request.user.pk, pk)
    after = request.GET.get("after", "")
    missed = catching_up.missed(
        entry.conversation,
        after=int(after) if after.isdecimal() else None,
        since=request.GET.get("since", ""),
    )
    return JsonResponse({"events": [*missed.frames, entry.resumed(missed)]})


@login_required
@never_cache
@require_safe
def bubble(request: HttpRequest, pk: int, sequence: int) -> HttpResponse:
    """One message as it stands in the thread now: for whatever is more than words."""
    conversation = selectors.conversation_for(request.user, pk)
    thread = selectors.thread(conversation, after=max(sequence - 1, 0), limit=1)
    if not thread.messages or thread.messages[0].sequence != sequence:
        raise Http404
    context = {
        "message": thread.messages[0],
        "conversation": conversation,
        "marks": selectors.marks_of(conversation, request.user),
        "change_until": selectors.changeable_since(),
    }
    return render(request, "messaging/_bubble.html", context)
