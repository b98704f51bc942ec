"""The seller's own gigs: list, editor, and the buttons beside them."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.gigs import selectors, services
from marketplace.gigs.content import GigContent, read_content
from marketplace.gigs.editor import GigEditor
from marketplace.gigs.errors import GigError
from marketplace.gigs.models import Gig
from marketplace.gigs.readiness import readiness, seller_readiness
from marketplace.gigs.reviewing import changes_wanted, review_in_progress
from marketplace.gigs.states import GigStatus


@login_required
def desk_list(request: HttpRequest) -> HttpResponse:
    """The seller's gigs with what each of them waits for."""
    if not request.user.is_seller:
        return redirect("accounts:become_seller")
    status = request.GET.get("status", "")
    status = status if status in GigStatus.values else ""
    context = {
        "rows": selectors.seller_gigs(request.user, status=status),
        "status": status,
        "statuses": GigStatus.choices,
    }
    return render(request, "gigs/desk_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """A new gig; POST saves a draft and, with the button of that name, submits it."""
    if not request.user.is_seller:
        return redirect("accounts:become_seller")
    editor = _editor(request, None)
    if request.method == "POST" and editor.is_valid():
        try:
            gig = services.create_gig(seller=request.user, content=editor.content())
        except GigError as error:
            return _refused(request, error, editor, None, None)
        return _saved(request, gig.pk)
    return _editor_page(request, editor, None, None)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit the latest revision; buyers see the published one until the new one has been reviewed."""
    gig = selectors.get_own_gig(pk, request.user)
    content = read_content(gig.get_latest_revision_as_object())
    editor = _editor(request, content, gig.pk)
    if request.method == "POST" and editor.is_valid():
        try:
            services.update_gig(gig_id=gig.pk, seller=request.user, content=editor.content())
        except GigError as error:
            return _refused(request, error, editor, gig, content)
        return _saved(request, gig.pk)
    return _editor_page(request, editor, gig, content)


def _editor(request: HttpRequest, content: GigContent | None, gig_id: int | None = None) -> GigEditor:
    if request.method == "POST":
        return GigEditor(content, data=request.POST, files=request.FILES, owner=request.user, gig_id=gig_id)
    return GigEditor(content, owner=request.user, gig_id=gig_id)


def _editor_page(request: HttpRequest, editor: GigEditor, gig: Gig | None, content: GigContent | None) -> HttpResponse:
    items = [*readiness(content), *seller_readiness(request.user)]
    done = sum(item.done for item in items)
    context = {
        "editor": editor,
        "gig": gig,
        "content": content,
        "items": items,
        "missing": len(items) - done,
        "percent": round(100 * done / len(items)),
        "locked": gig is not None and review_in_progress(gig),
        "changes": changes_wanted(gig) if gig else None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "gigs/gig_edit.html", context, status=status)


def _refused(
    request: HttpRequest, error: GigError, editor: GigEditor, gig: Gig | None, content: GigContent | None
) -> HttpResponse:
    """The form again with all that was typed, which the way back of the middleware would lose."""
    messages.error(request, error.message)
    return _editor_page(request, editor, gig, content)


def _saved(request: HttpRequest, gig_id: int) -> HttpResponse:
    """After a save: submit when that button was pressed, else back to the form of what is saved now."""
    if "submit" in request.POST:
        try:
            services.submit_gig(gig_id=gig_id, seller=request.user)
        except GigError as error:
            # Not the middleware's way back: from a new gig it leads to an empty form, and to a second draft.
            messages.warning(request, _("Saved as a draft, not submitted. %(reason)s") % {"reason": error.message})
            return redirect("gigs:edit", gig_id)
        messages.success(request, _("Submitted. You will be told as soon as it has been reviewed."))
        return redirect("gigs:desk_list")
    messages.success(request, _("The draft is saved."))
    return redirect("gigs:edit", gig_id)


def _action(request: HttpRequest, pk: int, service: Callable[..., Gig], done: str) -> HttpResponse:
    gig = selectors.get_own_gig(pk, request.user)
    service(gig_id=gig.pk, seller=request.user)
    messages.success(request, done)
    return redirect("gigs:desk_list")


@login_required
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the latest revision to the moderators."""
    return _action(request, pk, services.submit_gig, _("Submitted. You will be told as soon as it has been reviewed."))


@login_required
@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a gig off the lists for a while."""
    return _action(request, pk, services.pause_gig, _("Paused. Buyers do not find it now; running orders go on."))


@login_required
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a paused gig back."""
    return _action(request, pk, services.resume_gig, _("It can be found and booked again."))


@login_required
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a gig away for good."""
    return _action(request, pk, services.archive_gig, _("Put away. Its orders and reviews stay."))
