"""Choosing what reaches one; browsers that are told; stopping mails from a mail."""

import json
from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.notifications import choices, unsubscribing
from marketplace.notifications.channels import push
from marketplace.notifications.choices_page import ways_of
from marketplace.notifications.forms import ChoicesForm
from marketplace.notifications.models import Rhythm
from marketplace.notifications.reach import reach_of
from marketplace.notifications.services import recipient_language

# A worker that was mended must reach the browsers that have the old one.
_ALWAYS_ASK = {"Cache-Control": "no-cache"}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choices_form(request: HttpRequest) -> HttpResponse:
    """What reaches me, by which way, when."""
    reach = reach_of([request.user.pk])[request.user.pk]
    form = ChoicesForm(request.POST or None, reach=reach, is_staff=request.user.has_perm("wagtailadmin.access_admin"))
    if form.is_valid():
        quiet = (form.cleaned_data["quiet_from"], form.cleaned_data["quiet_until"])
        choices.save_choices(
            user=request.user,
            wanted=form.wanted(),
            language=form.cleaned_data["language"],
            mail_rhythm=Rhythm(form.cleaned_data["mail_rhythm"]),
            digest_at=form.cleaned_data["digest_at"],
            quiet=quiet if quiet[0] else None,
        )
        messages.success(request, _("Saved. It holds from the next notification on."))
        return redirect("notifications:choices")
    with recipient_language():  # below `/en/` it could only show what it is told for English pages
        worker = reverse("notifications:push_worker")
    context = {"form": form, "ways": ways_of(reach), "push_key": push.public_key(), "worker": worker}
    return render(request, "notifications/choices_form.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def browser_add(request: HttpRequest) -> HttpResponse:
    """A browser gives the address of its push service. JSON, as the browser's own object writes it."""
    try:
        said = json.loads(request.body)
        endpoint, keys = str(said["endpoint"]), said["keys"]
        p256dh, auth = str(keys["p256dh"]), str(keys["auth"])
    except (ValueError, KeyError, TypeError):
        return HttpResponseBadRequest()
    choices.add_browser(
        user=request.user,
        session_key=request.session.session_key or "",
        endpoint=endpoint,
        p256dh=p256dh,
        auth=auth,
        user_agent=request.headers.get("User-Agent", ""),
    )
    return HttpResponse(status=204)


@login_required
@require_POST
def browser_remove(request: HttpRequest) -> HttpResponse:
    """This browser is told no more."""
    try:
        endpoint = str(json.loads(request.body)["endpoint"])
    except (ValueError, KeyError, TypeError):
        return HttpResponseBadRequest()
    choices.remove_browser(user=request.user, endpoint=endpoint)
    return HttpResponse(status=204)


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the signed address is the permission
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop mails, without a log-in: one click in the mail program, or on the button that its link shows.

    A GET changes nothing: scanners of mailboxes follow every link.
    """
    stop = unsubscribing.stop_of(token)
    context: dict[str, object] = {"stop": stop}
    if request.method == "POST" and "again" in request.POST:
        kinds = unsubscribing.kinds_back(stop, request.POST["again"])
        choices.choose(user_id=stop.user_id, kinds=kinds, channel=stop.channel, is_on=True)
        context |= {"is_back": bool(kinds), "is_too_late": not kinds}
    elif request.method == "POST":
        kinds = choices.choose(user_id=stop.user_id, kinds=stop.kinds, channel=stop.channel, is_on=False)
        context |= {"is_done": True, "again": unsubscribing.way_back(stop, kinds)}
    return render(request, "notifications/unsubscribe.html", context)


@require_safe
def push_worker(request: HttpRequest) -> HttpResponse:
    """The service worker: a script of ours below `/`, since it may show what it is told for the whole site."""
    script = finders.find("js/push-worker.js")
    return HttpResponse(Path(str(script)).read_bytes(), content_type="text/javascript", headers=_ALWAYS_ASK)
