"""Skills that people miss, and the work they show, in Wagtail's admin."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts import selectors, services
from marketplace.accounts.forms import ApproveForm
from marketplace.accounts.models import SkillArea, User


@permission_required("accounts.view_skillsuggestion")
@require_safe
def suggestion_list(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first, each with what the list has that resembles it."""
    page = Paginator(selectors.open_suggestions(), 20).get_page(request.GET.get("page"))
    rows = [(row, selectors.skills_matching(row.name)) for row in page]
    return render(request, "accounts/admin/suggestion_list.html", {"page_obj": page, "rows": rows, "areas": SkillArea})


@permission_required("accounts.change_skillsuggestion")
@require_POST
def suggestion_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it into the list."""
    suggestion, form = selectors.get_suggestion(pk), ApproveForm(request.POST)
    if form.is_valid():
        services.approve_suggestion(
            suggestion_id=suggestion.pk,
            moderator=cast(User, request.user),
            name_en=form.cleaned_data["name_en"],
            area=SkillArea(form.cleaned_data["area"]),
        )
        messages.success(request, _("“%(name)s” is in the list.") % {"name": suggestion.name})
    else:
        messages.error(request, _("An English name and an area are needed. Nothing was changed."))
    return redirect("accounts_suggestions")


@permission_required("accounts.change_skillsuggestion")
@require_POST
def suggestion_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """The list has it under another name."""
    suggestion, skill = selectors.get_suggestion(pk), selectors.skill_called(request.POST.get("skill", ""))
    if skill is None:
        messages.error(request, _("The list has no skill of that name. Nothing was changed."))
    else:
        services.merge_suggestion(suggestion_id=suggestion.pk, moderator=cast(User, request.user), skill=skill)
        messages.success(request, _("Answered with “%(name)s”.") % {"name": skill.name})
    return redirect("accounts_suggestions")


@permission_required("accounts.change_skillsuggestion")
@require_POST
def suggestion_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave the list as it is."""
    suggestion = selectors.get_suggestion(pk)
    reason = request.POST.get("reason", "")[:200]
    services.refuse_suggestion(suggestion_id=suggestion.pk, moderator=cast(User, request.user), reason=reason)
    messages.success(request, _("Refused. The person reads why."))
    return redirect("accounts_suggestions")


@permission_required("accounts.view_portfolio")
@require_safe
def piece_list(request: HttpRequest) -> HttpResponse:
    """The newest work of everybody, to be hidden or shown again."""
    text, hidden_only = request.GET.get("q", "").strip()[:80], "hidden" in request.GET
    page = Paginator(selectors.pieces_for_staff(text, hidden_only=hidden_only), 20).get_page(request.GET.get("page"))
    context = {"page_obj": page, "text": text, "hidden_only": hidden_only}
    return render(request, "accounts/admin/piece_list.html", context)


@permission_required("accounts.change_portfolio")
@require_POST
def piece_hide(request: HttpRequest, pk: int) -> HttpResponse:
    """Show it to nobody but its owner."""
    reason = request.POST.get("reason", "")[:200]
    services.hide_piece(piece=selectors.piece_for_staff(pk), moderator=cast(User, request.user), reason=reason)
    messages.success(request, _("Hidden. The seller reads why."))
    return redirect("accounts_pieces")


@permission_required("accounts.change_portfolio")
@require_POST
def piece_show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show it again."""
    services.show_piece(piece=selectors.piece_for_staff(pk), moderator=cast(User, request.user))
    messages.success(request, _("Shown again."))
    return redirect("accounts_pieces")
