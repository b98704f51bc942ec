"""Flagged messages in Wagtail's admin: what waits, one with what was said around it, and its two ends."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.models import User
from marketplace.core.absent import absent_is_404
from marketplace.core.errors import DomainError
from marketplace.messaging import selectors, services
from marketplace.messaging.models import MessageFlag
from marketplace.moderation.flag_presenters import found_in, marked
from marketplace.moderation.forms import FlagForm

VIEW, DECIDE = "messaging.view_messageflag", "messaging.change_messageflag"


@permission_required(VIEW)
@require_safe
def flag_list(request: HttpRequest) -> HttpResponse:
    """What waits, held ones first, or with `?decided=1` what was decided."""
    is_open = "decided" not in request.GET
    found = Paginator(selectors.flags_for_moderators(is_open=is_open), 40).get_page(request.GET.get("page"))
    rows = [(flag, found_in(flag)) for flag in found]
    context = {"page_obj": found, "rows": rows, "is_open": is_open}
    return render(request, "moderation/admin/flag_list.html", context)


@permission_required(VIEW)
@require_safe
def flag_case(request: HttpRequest, flag_id: int) -> HttpResponse:
    """One message, what was found in it, and what was said before and after."""
    return _case(request, flag_id, FlagForm())


@permission_required(DECIDE)
@require_POST
@absent_is_404(MessageFlag)
def flag_clear(request: HttpRequest, flag_id: int) -> HttpResponse:
    """Nothing wrong: it stays, and what was held back goes."""
    try:
        is_new = services.clear_flag(flag_id=flag_id, moderator=cast(User, request.user))
    except DomainError as refusal:
        form = FlagForm(request.POST)
        form.add_error(None, refusal.message)
        form.errors.pop("words", None)
        return _case(request, flag_id, form)
    return _done(request, is_new, _("Nothing wrong with it. What was held back has been delivered."))


@permission_required(DECIDE)
@require_POST
@absent_is_404(MessageFlag)
def flag_uphold(request: HttpRequest, flag_id: int) -> HttpResponse:
    """Against the rules: it goes out of the conversation, or never comes into it."""
    form = FlagForm(request.POST)
    if not form.is_valid():
        return _case(request, flag_id, form)
    try:
        moderator = cast(User, request.user)
        is_new = services.uphold_flag(flag_id=flag_id, moderator=moderator, words=form.cleaned_data["words"])
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _case(request, flag_id, form)
    return _done(request, is_new, _("It is out of the conversation. Its writer is told why."))


def shown(flag_id: int, reader: User) -> dict[str, Any]:
    """What the page shows of a flagged message, here and in the queue. Reading it is noted. Raises Http404."""
    case = selectors.flag_case(reader, flag_id)
    services.note_flag_reading(flag_id=flag_id, reader=reader)
    return {"case": case, "flag": case.flag, "pieces": marked(case.flag), "found": found_in(case.flag)}


def _case(request: HttpRequest, flag_id: int, form: FlagForm) -> HttpResponse:
    context = shown(flag_id, cast(User, request.user))
    context |= {"form": form, "may_decide": request.user.has_perm(DECIDE)}
    return render(request, "moderation/admin/flag_case.html", context, status=422 if form.errors else 200)


def _done(request: HttpRequest, is_new: bool, words: str) -> HttpResponse:
    messages.success(request, words if is_new else _("Somebody else has decided this meanwhile."))
    return redirect("moderation_flags")
