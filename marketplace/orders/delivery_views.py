"""Handing over work, asking for changes of it, and the files of both."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.core.downloads import download
from marketplace.core.errors import DomainError
from marketplace.orders import comparing, delivery_selectors, presenters, selectors, services
from marketplace.orders.delivery_access import is_held_back
from marketplace.orders.delivery_forms import DeliveryForm, RevisionForm, SentFilesForm
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order, SentFile, private_storage
from marketplace.orders.sent_files import subject_of
from marketplace.orders.staff_reading import note_reading
from marketplace.uploads.direct import download_address, takes_files_directly

# A preview of the page, and of its own when it is opened.
SMALL, LARGE = 480, 1200


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def deliver(request: HttpRequest, number: str) -> HttpResponse:
    """The seller's delivery: words, files, and what the buyer has to know of them."""

    def run(order: Order, form: Any) -> object:
        return services.deliver_order(
            order_id=order.pk,
            seller=request.user,
            message=form.cleaned_data["message"],
            uploads=form.chosen,
            ai_made=form.cleaned_data["ai_made"],
            holds_back_originals=form.cleaned_data["holds_back_originals"],
        )

    context = {
        "title": _("Deliver the work"),
        "text": _(
            "The buyer can look at everything, ask for a revision, or accept. Deliveries cannot be changed afterwards."
        ),
        "button": _("Deliver"),
    }
    return _sending(request, number, "deliver", DeliveryForm, run, context, _("Delivered. The buyer was told."))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revise(request: HttpRequest, number: str) -> HttpResponse:
    """The buyer's revision request: words, and files that show what is meant."""

    def run(order: Order, form: Any) -> object:
        return services.request_revision(
            order_id=order.pk, buyer=request.user, message=form.cleaned_data["message"], files=form.chosen
        )

    context = {
        "title": _("Ask for a revision"),
        "text": _(
            "All that you list here is one revision, however much it is. It stops the acceptance clock until the next"
            " delivery."
        ),
        "button": _("Ask for the revision"),
    }
    return _sending(request, number, "revise", RevisionForm, run, context, _("The seller was told what to change."))


def _sending(
    request: HttpRequest,
    number: str,
    action: str,
    form_class: type[SentFilesForm],
    run: Callable[[Order, Any], object],
    context: dict[str, Any],
    done: Any,
) -> HttpResponse:
    order = selectors.order_for(request.user, number)
    subject = subject_of(order)
    form = form_class(owner=request.user, subject=subject)
    if request.method == "POST":
        form = form_class(request.POST, request.FILES, owner=request.user, subject=subject)
        is_valid = form.is_valid()
        # Of whoever may not send files here nothing is taken in, and nothing of theirs is thrown away.
        if not form.purpose.may_send(request.user, form.subject):
            form.add_error(None, OrderError(OrderErrorCode.WRONG_STATE).message)
        elif form.settle_files() and is_valid:
            try:
                run(order, form)
            except DomainError as refusal:
                form.add_error(None, refusal.message)
            else:
                messages.success(request, done)
                return redirect(order)
    elif action not in presenters.next_thing(order, request.user).actions:
        return redirect(order)
    context |= {"order": order, "form": form, "revisions_left": order.revisions_allowed - order.revisions_used}
    return render(request, "orders/order_send.html", context, status=200 if request.method != "POST" else 422)


@login_required
@require_safe
def delivery_file(request: HttpRequest, number: str, file_id: int) -> HttpResponseBase:
    """A delivered file as it came, always as a download: nothing of it may run in our origin."""
    found = delivery_selectors.original_for(request.user, number, file_id)
    return _as_it_came(request, found.delivery.order, found)


@login_required
@require_safe
def revision_file(request: HttpRequest, number: str, file_id: int) -> HttpResponseBase:
    """A file that came with a revision request, always as a download."""
    found = delivery_selectors.revision_file_for(request.user, number, file_id)
    return _as_it_came(request, found.request.order, found)


def _as_it_came(request: HttpRequest, order: Order, found: SentFile) -> HttpResponseBase:
    note_reading(request.user, order)
    if takes_files_directly():
        return HttpResponseRedirect(download_address(found.file.name, name=found.name))
    return download(request, found.file.open("rb"), size=found.size, name=found.name)


@login_required
@require_safe
def preview(request: HttpRequest, number: str, file_id: int) -> HttpResponseBase:
    """The picture with a watermark that we drew of a delivered file: ours, so that a page may show it."""
    width = LARGE if request.GET.get("size") == "large" else SMALL
    file, name = delivery_selectors.preview_for(request.user, number, file_id, width=width)
    note_reading(request.user, file.delivery.order)
    with private_storage().open(name) as stored:
        content = stored.read()
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
    return HttpResponse(content, content_type="image/webp", headers=headers)


@login_required
@require_safe
def picture(request: HttpRequest, number: str, file_id: int) -> HttpResponse:
    """A page of one delivered picture: as wide as the screen, with the way back, and to the original once it is open."""
    file = delivery_selectors.picture_for(request.user, number, file_id)
    order = file.delivery.order
    note_reading(request.user, order)
    beside = [each for each in file.delivery.files.all() if each.previews]
    place = beside.index(file)
    context = {
        "order": order,
        "file": file,
        "is_held_back": is_held_back(order, file.delivery, file, request.user),
        "shown": max(file.previews, key=lambda size: size["width"]),
        "before": beside[place - 1] if place else None,
        "after": beside[place + 1] if place + 1 < len(beside) else None,
    }
    return render(request, "orders/delivery_picture.html", context)


@login_required
@require_safe
def compare(request: HttpRequest, number: str) -> HttpResponse:
    """The pictures of two deliveries beside each other."""
    order = selectors.order_for(request.user, number)
    numbers = comparing.chosen(order, request.GET)
    if numbers is None:
        return redirect(order)
    context = {"order": order, "versions": comparing.versions(order), **comparing.compared(order, *numbers)}
    return render(request, "orders/order_compare.html", context)
