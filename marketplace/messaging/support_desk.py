"""Where a mediator reads along in an order's conversation and speaks to both sides, inside Wagtail's admin."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from wagtail.admin.auth import permission_required

from marketplace.accounts.models import User
from marketplace.core.errors import DomainError
from marketplace.messaging import selectors, services
from marketplace.messaging.forms import SupportForm
from marketplace.orders.staff_reading import note_reading


@permission_required(selectors.SUPPORT_PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
def order_talk(request: HttpRequest, number: str) -> HttpResponse:
    """The conversation of an order with a dispute; a POST says something there as the platform."""
    staff = cast(User, request.user)
    conversation = selectors.order_conversation_for_staff(staff, number)
    order = selectors.order_of(conversation)
    note_reading(staff, order)
    form = SupportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.say_as_support(
                conversation_id=conversation.pk,
                staff=staff,
                body=form.cleaned_data["body"],
                files=form.cleaned_data["files"],
                client_id=form.cleaned_data["client_id"],
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Said. Both sides read it in their conversation and are told."))
            return redirect("messaging_order_talk", number)
    before = request.GET.get("before", "")
    known = before.isascii() and before.isdigit() and len(before) < 19
    context = {
        "conversation": conversation,
        "order": order,
        "thread": selectors.thread(conversation, before=int(before) if known else None),
        "may_speak": selectors.may_speak_for_support(staff, conversation.pk),
        "form": form,
    }
    return render(request, "messaging/admin/order_talk.html", context, status=422 if form.errors else 200)
